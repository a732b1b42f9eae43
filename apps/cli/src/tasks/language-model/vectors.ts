import { type HostMatrix, hostMatrix } from "@widehead/core";
import type { BackendChoice } from "../../backends.ts";
import type { SavedRun } from "../../checkpoint.ts";
import type { Io } from "../../io.ts";
import { openModel } from "../task.ts";
import { rowOf, unitRows, usualCandidates, type WordVectors } from "../words/vectors.ts";
import { vocabularyOf } from "../words/vocabulary.ts";
import { restoreModel } from "./model.ts";

/**
 * The vectors of a run's words: embedding and output weights about their mean, each of length 1, side by side, so that
 * cosines are the mean of the two, as neighbours' are. Throws WideheadError ERR_FORMAT, ERR_MEMORY.
 */
export async function openVectors(run: SavedRun, choice: BackendChoice, io: Io): Promise<WordVectors> {
  const open = await openModel(restoreModel, run, choice, io);
  const { model } = open;
  const vocabulary = vocabularyOf(run);
  const frequent = Uint32Array.from({ length: Math.min(usualCandidates, vocabulary.size) }, (_, id) => id);
  const mean = meanRow(await model.head.rows(frequent));
  return {
    vocabulary,
    dimensions: model.options.embedding + model.head.features,
    rows: async (ids) => {
      const embeddings = unitRows(await model.inputRows(ids));
      const outputs = unitRows(about(mean, await model.head.rows(ids)));
      return sideBySide(embeddings, outputs);
    },
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

function meanRow({ rows, columns, data }: HostMatrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let i = 0; i < data.length; i += 1) mean[i % columns]! += data[i]! / rows;
  return mean;
}

function about(mean: Float64Array, { rows, columns, data }: HostMatrix): HostMatrix {
  return hostMatrix(
    rows,
    columns,
    Float64Array.from(data, (value, i) => value - mean[i % columns]!),
  );
}

function sideBySide(left: HostMatrix, right: HostMatrix): HostMatrix {
  const columns = left.columns + right.columns;
  const data = new Float64Array(left.rows * columns);
  for (let i = 0; i < left.rows; i += 1) {
    data.set(rowOf(left, i), i * columns);
    data.set(rowOf(right, i), i * columns + left.columns);
  }
  return hostMatrix(left.rows, columns, data);
}
