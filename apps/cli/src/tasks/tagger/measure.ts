import { type RankingFigures, rowNeighbors, type SparseModel } from "@widehead/network";
import { number } from "../../format.ts";
import { countOf, formatScores, type Judged, judge, type NamedScores } from "../sparse/ranking.ts";
import { propensitiesOf, type TaggerData, weighted } from "./data.ts";
import { mostComparisons, mostJudged } from "./defaults.ts";

/** Figures of a model on the tags of examples that it has not seen, beside those of their nearest neighbours' tags. */
export interface Measured {
  readonly model: NamedScores;
  readonly baselines: readonly NamedScores[];
}

/** Measures a model on the test examples. */
export async function measure(model: SparseModel, data: TaggerData, k: readonly number[]): Promise<Measured> {
  const { test, known, features } = data;
  const inverse = propensitiesOf(data);
  const options = { k, ...(inverse && { inversePropensities: inverse }) };
  const judged: Judged = {
    input: weighted(test, features),
    relevant: test.labels,
    excludeInput: false,
    most: mostJudged,
  };
  const scores = { name: "this model", ...(await judge(model, judged, options)) };
  if (scores.examples * known.features.rows > mostComparisons) return { model: scores, baselines: [] };
  const neighbors = rowNeighbors(known.features, known.labels);
  const unweighted = { ...judged, input: test.features };
  return { model: scores, baselines: [{ name: "nearest rows", ...(await judge(neighbors, unweighted, options)) }] };
}

const columns = [
  { name: "P", of: ({ precision }: RankingFigures) => precision },
  { name: "NDCG", of: ({ ndcg }: RankingFigures) => ndcg },
  { name: "PSP", of: ({ propensityScoredPrecision }: RankingFigures) => propensityScoredPrecision ?? NaN },
];

/** The figures for people. */
export function formatMeasured({ model, baselines }: Measured, { test }: TaggerData): string[] {
  const skipped = model.skipped === 0 ? "" : `; ${number(model.skipped)} without tags left out`;
  const scored = model.figures.some(({ propensityScoredPrecision }) => propensityScoredPrecision !== undefined);
  return [
    `Tags of ${countOf(model, test.labels)} held-out rows${skipped}`,
    ...formatScores([model, ...baselines], scored ? columns : columns.slice(0, 2)),
  ];
}
