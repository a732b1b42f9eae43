import { type SparseMatrix, selectRows } from "@widehead/data";
import {
  type Ranker,
  type RankingFigures,
  RankingMeter,
  type RankingMeterOptions,
  type RankingScores,
  type SparseModel,
} from "@widehead/network";
import { number, percent, table } from "../../format.ts";
import { rowsWithEntries } from "./rows.ts";

/** Examples in one call of a model. */
const batchSize = 256;

/** What rankings are judged on. */
export interface Judged {
  /** [examples, inputs]. */
  readonly input: SparseMatrix;
  /** [examples, outputs], what should have been ranked first. */
  readonly relevant: SparseMatrix;
  /** Whether outputs that an example has as inputs are passed over. */
  readonly excludeInput: boolean;
  /** Examples that count, at most: a sample of those with something relevant. */
  readonly most: number;
}

/** A model's or a baseline's figures. */
export interface NamedScores extends RankingScores {
  readonly name: string;
}

/** Ranking figures over the examples with something relevant. */
export async function judge(
  ranker: Pick<SparseModel | Ranker, "predict">,
  { input, relevant, excludeInput, most }: Judged,
  options: RankingMeterOptions,
): Promise<RankingScores> {
  const rows = rowsWithEntries(relevant, most);
  const meter = new RankingMeter(options);
  const k = Math.max(...options.k);
  for (let begin = 0; begin < rows.length; begin += batchSize) {
    const batch = rows.subarray(begin, begin + batchSize);
    const asked = selectRows(input, batch);
    meter.add(await ranker.predict(asked, k, excludeInput ? { exclude: asked } : {}), selectRows(relevant, batch));
  }
  return meter.scores();
}

/** The figures of several, one a line; those that a task cares for, at each cut. */
export function formatScores(
  scores: readonly NamedScores[],
  columns: readonly { readonly name: string; readonly of: (figures: RankingFigures) => number }[],
): string[] {
  const cuts = scores[0]!.figures.map(({ k }) => k);
  const head = ["", ...columns.flatMap(({ name }) => cuts.map((k) => `${name}@${k}`))];
  const rows = scores.map(({ name, figures }) => [
    name,
    ...columns.flatMap(({ of }) => figures.map((cut) => percent(of(cut)))),
  ]);
  return table([head, ...rows]);
}

/** How many of the examples the figures are of. */
export function countOf({ examples }: RankingScores, relevant: SparseMatrix): string {
  const all = rowsWithEntries(relevant, Infinity).length;
  return examples < all ? `${number(examples)} of ${number(all)}` : number(examples);
}
