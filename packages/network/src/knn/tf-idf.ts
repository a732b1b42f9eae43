import { checkSparse, type SparseInput } from "../input/sparse-input.ts";
import { columnCounts, rowNorms, type ValuedRows, valued } from "./sparse-rows.ts";

/**
 * Counts turned into (1 + log count) · log((1 + N)/(1 + n)), n of the N rows it was made from having the feature, and each
 * row then scaled to length 1: two rows' inner product is their cosine. Features of every row weigh 0.
 *
 * @see Manning, Raghavan & Schütze 2008, §6.4
 */
export class TfIdf {
  /** log((1 + N)/(1 + n)) of each feature. */
  readonly weights: Float64Array;

  /** O(entries). Throws ERR_SHAPE, ERR_INDEX_RANGE. */
  constructor(rows: SparseInput) {
    checkSparse("rows", rows, { columns: rows.columns });
    this.weights = columnCounts(rows).map((count) => Math.log((1 + rows.rows) / (1 + count)));
  }

  /** The weighted rows; a row without a weight stays all 0. A value of 0 weighs 0. Throws ERR_SHAPE, ERR_INDEX_RANGE. */
  apply(rows: SparseInput): ValuedRows {
    checkSparse("rows", rows, { columns: this.weights.length });
    const counts = valued(rows);
    const weighted = counts.values.map((count, n) =>
      count > 0 ? (1 + Math.log(count)) * this.weights[counts.ids[n]] : 0,
    );
    const norms = rowNorms({ ...counts, values: weighted });
    for (let row = 0; row < rows.rows; row += 1) {
      if (norms[row] === 0) continue;
      for (let n = rows.offsets[row]; n < rows.offsets[row + 1]; n += 1) weighted[n] /= norms[row];
    }
    return { ...counts, values: weighted };
  }
}
