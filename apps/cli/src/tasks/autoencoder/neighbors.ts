import { type HostMatrix, hostMatrix } from "@widehead/core";
import type { SparseModel } from "@widehead/network";
import { nearestRows } from "../sparse/nearest.ts";
import type { AutoencoderData } from "./data.ts";
import { batchesOf } from "./measure.ts";

/** A row of the data that a model sees as like another. */
export interface Neighbor {
  readonly name: string;
  /** Cosine of the hidden vectors. */
  readonly similarity: number;
}

/** Hidden vectors of all rows without the constant, [rows, d − 1]. */
export async function hiddenOf(model: SparseModel, { all }: AutoencoderData): Promise<HostMatrix> {
  const columns = model.head.features - 1;
  const vectors = hostMatrix(all.rows, columns, new Float64Array(all.rows * columns));
  let row = 0;
  for (const { input } of batchesOf(all)) {
    const { rows, data } = await model.hidden(input);
    for (let j = 0; j < rows; j += 1, row += 1) {
      vectors.data.set(data.subarray(j * (columns + 1), (j + 1) * (columns + 1) - 1), row * columns);
    }
  }
  return vectors;
}

export function neighborsOf(vectors: HostMatrix, { rows }: AutoencoderData, row: number, count: number): Neighbor[] {
  return nearestRows(vectors, row, count).map(({ row, similarity }) => ({ name: rows.nameOf(row), similarity }));
}
