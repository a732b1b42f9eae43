import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix, RowStore } from "../contract/index.ts";
import { floatArray } from "../matrix.ts";
import type { Chain } from "./chain.ts";
import { loadRows, type RowSlice } from "./row-block.ts";

/** w̄ [d] and Q_c [d, d] of W, in float64. */
export interface Statistics {
  readonly sum: Float64Array;
  readonly gram: Float64Array;
}

/** Rows that are looked at together: enough for a good product, few enough for any memory. */
export function scanRows(features: number): number {
  return Math.max(1, Math.min(8192, Math.floor(2 ** 19 / features)));
}

/**
 * Up to `size` written rows from a position, and the position after them (−1 at the end).
 *
 * @param rows  takes the rows [size, d]
 */
export async function readSlice(
  store: RowStore,
  position: number,
  size: number,
  rows: FloatArray = floatArray(store.dtype, size * store.features),
): Promise<RowSlice & { readonly next: number }> {
  const ids = new Uint32Array(size);
  const epochs = new Uint32Array(size);
  const { count, next } = await store.scan(position, ids, rows, epochs);
  return {
    ids: ids.subarray(0, count),
    rows: rows.subarray(0, count * store.features),
    epochs: epochs.subarray(0, count),
    next,
  };
}

/** All written rows of a store, slice by slice; the others are zero. */
export async function* slicesOf(store: RowStore): AsyncGenerator<RowSlice> {
  const size = Math.min(scanRows(store.features), store.touched);
  for (let position = store.touched === 0 ? -1 : 0; position >= 0; ) {
    const { next, ...slice } = await readSlice(store, position, size);
    yield slice;
    position = next;
  }
}

/**
 * Sums W = V·chain·U + 1ωᵀ exactly from its written rows, in one pass: 2d² a row (d² where U = I), in blocks, summed in
 * float64 between blocks; the other rows are all ω. Squares are taken about `centre`, which should be near the mean row, so that nothing cancels.
 *
 * @param transform  U, or undefined for I
 * @param offset  ω [d]
 * @param centre  [d]
 */
export async function measureRows(
  { backend, buffers, store, chain }: { backend: Backend; buffers: Buffers; store: RowStore; chain: Chain },
  transform: Matrix | undefined,
  offset: FloatArray,
  centre: FloatArray,
): Promise<Statistics> {
  const d = store.features;
  const about = { sum: new Float64Array(d), gram: new Float64Array(d * d) };
  const shift = Float64Array.from(offset, (value, i) => value - centre[i]);
  const shiftRow = buffers.get("shiftRow", 1, d);
  backend.write(shiftRow, shift);
  const size = Math.min(store.touched, scanRows(d));
  const ones = buffers.get("ones", size, 1);
  backend.fill(ones, 1);
  const gram = buffers.get("blockGram", d, d);
  const sum = buffers.get("blockSum", 1, d);

  for await (const slice of slicesOf(store)) {
    const count = slice.ids.length;
    const block = loadRows(backend, buffers, chain, slice);
    chain.bringForward(block.matrix, block.epochs, buffers);
    let weights = block.matrix;
    if (transform !== undefined) {
      weights = buffers.get("blockWeights", count, d);
      backend.gemm(block.matrix, transform, weights);
    }
    const column = backend.view(ones, 0, 0, count, 1);
    backend.gemm(column, shiftRow, weights, { beta: 1 });
    backend.gemm(column, weights, sum, { transposeA: true });
    backend.gemm(weights, weights, gram, { transposeA: true });
    const [blockSum, blockGram] = await backend.readMany([sum, gram]);
    addScaled(about.sum, blockSum, 1);
    addScaled(about.gram, blockGram, 1);
  }

  const { outputs, touched } = store;
  addScaled(about.sum, shift, outputs - touched);
  for (let i = 0; i < d; i += 1) {
    addScaled(about.gram.subarray(i * d, (i + 1) * d), shift, (outputs - touched) * shift[i]);
    for (let j = 0; j < d; j += 1) about.gram[i * d + j] -= (about.sum[i] * about.sum[j]) / outputs;
  }
  for (let i = 0; i < d; i += 1) about.sum[i] += outputs * centre[i];
  return about;
}

function addScaled(target: Float64Array, values: FloatArray, factor: number): void {
  for (let i = 0; i < target.length; i += 1) target[i] += factor * values[i];
}
