import { checkSparse, type SparseInput } from "../input/sparse-input.ts";
import { type Ranker, rankRows } from "./ranker.ts";
import { columnCounts } from "./sparse-rows.ts";

/**
 * The same ranking for everybody: outputs by the number of training rows that hold them.
 * O(entries) once, O(outputs) a row. Throws ERR_SHAPE, ERR_INDEX_RANGE.
 *
 * @param inputs  width of the rows that will be asked about, which do not matter; that of the targets unless told
 */
export function popularity(targets: SparseInput, inputs: number = targets.columns): Ranker {
  checkSparse("targets", targets, { columns: targets.columns });
  const counts = columnCounts(targets);
  const shape = { inputs, outputs: targets.columns };
  return {
    name: "popularity",
    ...shape,
    predict: (input, k, options = {}) => rankRows(shape, input, k, options, (_, scores) => scores.set(counts)),
  };
}
