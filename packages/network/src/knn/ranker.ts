import type { TopK } from "@widehead/core";
import { TopKCollector } from "@widehead/core/internals";
import { checkSparse, type SparseInput } from "../input/sparse-input.ts";
import type { PredictOptions } from "../sparse-model.ts";
import { requireInteger } from "../validate.ts";

/** What ranks outputs for rows of input without being trained by gradients: the baselines that a model is held against. */
export interface Ranker {
  readonly name: string;
  /** Width of the input. */
  readonly inputs: number;
  /** How many outputs are ranked. */
  readonly outputs: number;
  /**
   * The k best outputs of each row, equal scores by smaller id. A place for which no candidate is left holds the id
   * 2³² − 1 and the score −∞. Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION.
   */
  predict(input: SparseInput, k: number, options?: PredictOptions): TopK;
}

/**
 * Ranks each row by scores that are computed for one row at a time, in O(outputs) each.
 *
 * @param score  adds the row's scores to `scores` [outputs], which are 0
 */
export function rankRows(
  { inputs, outputs }: Pick<Ranker, "inputs" | "outputs">,
  input: SparseInput,
  k: number,
  { exclude }: PredictOptions,
  score: (row: number, scores: Float64Array) => void,
): TopK {
  requireInteger("k", k, 1);
  checkSparse("input", input, { columns: inputs });
  if (exclude !== undefined) checkSparse("exclude", exclude, { rows: input.rows, columns: outputs });
  const kept = Math.min(k, outputs);
  const all = Uint32Array.from({ length: outputs }, (_, id) => id);
  const scores = new Float64Array(outputs);
  const ids = new Uint32Array(input.rows * kept);
  const best = new Float64Array(input.rows * kept);
  for (let row = 0; row < input.rows; row += 1) {
    scores.fill(0);
    score(row, scores);
    if (exclude !== undefined) omit(exclude, row, scores);
    const top = new TopKCollector(1, kept, undefined);
    top.add(all, scores);
    const found = top.finish(undefined);
    ids.set(found.ids, row * kept);
    best.set(
      found.outputs.map((value, i) => (found.ids[i] < outputs ? value : -Infinity)),
      row * kept,
    );
  }
  return { rows: input.rows, k: kept, ids, outputs: best, probabilities: undefined };
}

/** NaN compares with nothing, and so is never among the best. */
function omit({ offsets, ids }: SparseInput, row: number, scores: Float64Array): void {
  for (let n = offsets[row]; n < offsets[row + 1]; n += 1) scores[ids[n]] = NaN;
}
