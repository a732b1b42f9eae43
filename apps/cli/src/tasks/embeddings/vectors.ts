import { type HostMatrix, hostMatrix } from "@widehead/core";
import type { ModelRestoreOptions, SparseModel } from "@widehead/network";
import type { BackendChoice } from "../../backends.ts";
import type { SavedRun } from "../../checkpoint.ts";
import type { Io } from "../../io.ts";
import { restoreModel as restoreSparse } from "../sparse/model.ts";
import { openModel } from "../task.ts";
import type { WordVectors } from "../words/vectors.ts";
import { vocabularyOf } from "../words/vocabulary.ts";

/** A run's model. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
export function restoreModel(run: SavedRun, options: ModelRestoreOptions): Promise<SparseModel> {
  const { size } = vocabularyOf(run);
  return restoreSparse(run, options, { inputs: size, outputs: size });
}

/** A run's vectors. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
export async function openVectors(run: SavedRun, choice: BackendChoice, io: Io): Promise<WordVectors> {
  const open = await openModel(restoreModel, run, choice, io);
  return {
    vocabulary: vocabularyOf(run),
    dimensions: open.model.head.features - 1,
    rows: (ids) => outputVectors(open.model, ids),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

/** Weights of the words' outputs, [ids.length, d − 1], without the bias: they agree with people better than the input rows do. */
export async function outputVectors({ head }: SparseModel, ids: Uint32Array): Promise<HostMatrix> {
  const { rows, columns, data } = await head.rows(ids);
  const width = columns - 1;
  const vectors = new Float64Array(rows * width);
  for (let i = 0; i < rows; i += 1) vectors.set(data.subarray(i * columns, i * columns + width), i * width);
  return hostMatrix(rows, width, vectors);
}
