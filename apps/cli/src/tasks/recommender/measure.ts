import type { SparseMatrix } from "@widehead/data";
import { itemNeighbors, popularity, type RankingFigures, type SparseModel } from "@widehead/network";
import { number } from "../../format.ts";
import { countOf, formatScores, type Judged, judge, type NamedScores } from "../sparse/ranking.ts";
import type { RecommenderData } from "./data.ts";
import { mostPairs, users } from "./defaults.ts";

/** Figures of a model on items that its users turned out to have, beside those of simple methods on the same. */
export interface Measured {
  readonly model: NamedScores;
  readonly baselines: readonly NamedScores[];
}

/** Measures a model on the test items, the items that users are known to have passed over. */
export async function measure(model: SparseModel, data: RecommenderData, k: readonly number[]): Promise<Measured> {
  const { seen, test } = data;
  const judged: Judged = { input: seen, relevant: test, excludeInput: true, most: users.test };
  const rankers = [...(pairsOf(seen) > mostPairs ? [] : [itemNeighbors(seen)]), popularity(seen)];
  const baselines: NamedScores[] = [];
  for (const ranker of rankers) baselines.push({ name: ranker.name, ...(await judge(ranker, judged, { k })) });
  return { model: { name: "this model", ...(await judge(model, judged, { k })) }, baselines };
}

const columns = [
  { name: "recall", of: ({ recall }: RankingFigures) => recall },
  { name: "NDCG", of: ({ ndcg }: RankingFigures) => ndcg },
  { name: "MAP", of: ({ map }: RankingFigures) => map },
];

/** The figures for people. */
export function formatMeasured({ model, baselines }: Measured, { test, skipped }: RecommenderData): string[] {
  const left = skipped === 0 ? "" : `; ${number(skipped)} of users who are not in the data left out`;
  return [
    `Held-out items of ${countOf(model, test)} users, those that they are known to have passed over${left}`,
    ...formatScores([model, ...baselines], columns),
  ];
}

/** What counting which items go together would take. */
function pairsOf({ rows, offsets }: SparseMatrix): number {
  let sum = 0;
  for (let row = 0; row < rows; row += 1) sum += (offsets[row + 1]! - offsets[row]!) ** 2;
  return sum;
}
