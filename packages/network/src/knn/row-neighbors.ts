import { TopKCollector } from "@widehead/core/internals";
import { checkSparse, type SparseInput } from "../input/sparse-input.ts";
import { requireInteger } from "../validate.ts";
import { type Ranker, rankRows } from "./ranker.ts";
import { transposed } from "./sparse-rows.ts";
import { TfIdf } from "./tf-idf.ts";

export interface RowNeighborsOptions {
  /** How many training rows vote. 50 unless told. */
  readonly neighbors?: number;
}

/**
 * Nearest neighbours among training rows: an output's score is the sum, over the neighbours that have it, of their cosine
 * to the row in TF-IDF. O(entries) once; a row costs the entries of its columns, the training rows and the outputs.
 * Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION.
 *
 * @param examples  [rows, features], the values counts
 * @param targets  [rows, outputs]
 */
export function rowNeighbors(examples: SparseInput, targets: SparseInput, options: RowNeighborsOptions = {}): Ranker {
  const { neighbors = 50 } = options;
  requireInteger("neighbors", neighbors, 1);
  checkSparse("targets", targets, { rows: examples.rows, columns: targets.columns });
  const weighting = new TfIdf(examples);
  const index = transposed(weighting.apply(examples));
  const voters = Uint32Array.from({ length: examples.rows }, (_, row) => row);
  const shape = { inputs: examples.columns, outputs: targets.columns };
  return {
    name: "row neighbours",
    ...shape,
    predict(input, k, rankOptions = {}) {
      checkSparse("input", input, { columns: shape.inputs });
      const queries = weighting.apply(input);
      const cosines = new Float64Array(examples.rows);
      return rankRows(shape, input, k, rankOptions, (row, scores) => {
        cosines.fill(0);
        for (let n = queries.offsets[row]; n < queries.offsets[row + 1]; n += 1) {
          const feature = queries.ids[n];
          const weight = queries.values[n];
          for (let i = index.offsets[feature]; i < index.offsets[feature + 1]; i += 1) {
            cosines[index.ids[i]] += weight * index.values[i];
          }
        }
        const top = new TopKCollector(1, Math.min(neighbors, voters.length), undefined);
        top.add(voters, cosines);
        const nearest = top.finish(undefined);
        for (const [i, voter] of nearest.ids.entries()) {
          for (let n = targets.offsets[voter]; n < targets.offsets[voter + 1]; n += 1) {
            scores[targets.ids[n]] += nearest.outputs[i];
          }
        }
      });
    },
  };
}
