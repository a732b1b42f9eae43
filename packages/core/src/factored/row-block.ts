import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix, RowStore } from "../contract/index.ts";
import { floatArray } from "../matrix.ts";
import type { Chain } from "./chain.ts";

/** Rows of V in the backend, up to date with the current epoch, in an order of the block's own. */
export interface RowBlock {
  /** [r] output of each row. */
  readonly ids: Uint32Array;
  /** [r, d]. */
  readonly matrix: Matrix;
}

/** Reads rows by id and brings the copies forward; the store does not change. */
export async function gatherRows(
  backend: Backend,
  buffers: Buffers,
  store: RowStore,
  chain: Chain,
  ids: Uint32Array,
): Promise<RowBlock> {
  const matrix = buffers.get("block", ids.length, store.features);
  const view = backend.hostView?.(matrix);
  const rows = view ?? floatArray(store.dtype, ids.length * store.features);
  const epochs = new Uint32Array(ids.length);
  await store.read(ids, rows, epochs);
  const loaded = placeRows(backend, matrix, chain, { ids, rows, epochs }, view !== undefined);
  chain.bringForward(loaded.matrix, loaded.epochs, buffers);
  return loaded;
}

/** Rows read from a store. */
interface StoredRows {
  readonly ids: Uint32Array;
  readonly rows: FloatArray;
  readonly epochs: Uint32Array;
}

/** Copies rows to the backend, ordered by epoch, as {@link Chain.bringForward} needs them. */
export function loadRows(
  backend: Backend,
  buffers: Buffers,
  chain: Chain,
  ids: Uint32Array,
  rows: FloatArray,
  epochs: Uint32Array,
): RowBlock & { readonly epochs: Uint32Array } {
  return placeRows(backend, buffers.get("block", ids.length, chain.features), chain, { ids, rows, epochs }, false);
}

/** @param inPlace  `rows` are the matrix's own numbers */
function placeRows(
  backend: Backend,
  matrix: Matrix,
  chain: Chain,
  { ids, rows, epochs }: StoredRows,
  inPlace: boolean,
): RowBlock & { readonly epochs: Uint32Array } {
  const { features } = chain;
  skipZeroRows(rows, epochs, features, chain.epoch);
  if (epochs.every((epoch) => epoch === chain.epoch)) {
    if (!inPlace) backend.write(matrix, rows);
    return { ids, matrix, epochs };
  }
  const order = Uint32Array.from(ids.keys()).sort((a, b) => epochs[a] - epochs[b] || ids[a] - ids[b]);
  const sorted = rows.slice();
  for (let r = 0; r < order.length; r += 1) {
    sorted.set(rows.subarray(order[r] * features, (order[r] + 1) * features), r * features);
  }
  backend.write(matrix, sorted);
  return { ids: order.map((slot) => ids[slot]), matrix, epochs: order.map((slot) => epochs[slot]) };
}

/** A zero row is zero in every epoch: it never needs the chain. */
function skipZeroRows(rows: FloatArray, epochs: Uint32Array, features: number, epoch: number): void {
  for (let r = 0; r < epochs.length; r += 1) {
    if (epochs[r] === epoch) continue;
    let column = 0;
    while (column < features && rows[r * features + column] === 0) column += 1;
    if (column === features) epochs[r] = epoch;
  }
}
