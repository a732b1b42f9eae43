import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix, RowStore } from "../contract/index.ts";
import type { Chain } from "./chain.ts";

/** Rows of V in the backend, up to date with the current epoch, in an order of the block's own. */
export interface RowBlock {
  /** [r] output of each row. */
  readonly ids: Uint32Array;
  /** [r, d]. */
  readonly matrix: Matrix;
  /** [r] the epoch at which the store has each row. */
  readonly storedEpochs: Uint32Array;
}

/** Rows read from a store. */
export interface RowSlice {
  readonly ids: Uint32Array;
  readonly rows: FloatArray;
  readonly epochs: Uint32Array;
}

/** Reads rows by id and brings the copies forward; the store does not change. */
export async function gatherRows(
  backend: Backend,
  buffers: Buffers,
  store: RowStore,
  chain: Chain,
  ids: Uint32Array,
): Promise<RowBlock> {
  const rows = buffers.numbers("gathered", ids.length * store.features);
  const epochs = new Uint32Array(ids.length);
  await store.read(ids, rows, epochs);
  const block = loadRows(backend, buffers, chain, { ids, rows, epochs });
  chain.bringForward(block.matrix, block.epochs, buffers);
  return block;
}

/** Copies rows to the backend, ordered by epoch, as {@link Chain.bringForward} needs them; rows of zeros count as new. */
export function loadRows(
  backend: Backend,
  buffers: Buffers,
  chain: Chain,
  { ids, rows, epochs }: RowSlice,
): RowBlock & { readonly epochs: Uint32Array } {
  const { features } = chain;
  const matrix = buffers.get("block", ids.length, features);
  const storedEpochs = epochs.slice();
  skipZeroRows(rows, epochs, features, chain.epoch);
  if (epochs.every((epoch) => epoch === chain.epoch)) {
    backend.write(matrix, rows);
    return { ids, matrix, epochs, storedEpochs };
  }
  const order = orderByEpoch(epochs);
  const sorted = buffers.numbers("sorted", rows.length);
  for (let r = 0; r < order.length; r += 1) {
    sorted.set(rows.subarray(order[r] * features, (order[r] + 1) * features), r * features);
  }
  backend.write(matrix, sorted);
  const inOrder = (numbers: Uint32Array) => order.map((slot) => numbers[slot]);
  return { ids: inOrder(ids), matrix, epochs: inOrder(epochs), storedEpochs: inOrder(storedEpochs) };
}

/** Slots by epoch, those of an epoch in their order. Numbers sort much faster than by a comparison. */
function orderByEpoch(epochs: Uint32Array): Uint32Array {
  const count = epochs.length;
  const keys = Float64Array.from(epochs, (epoch, slot) => epoch * count + slot).sort();
  return Uint32Array.from(keys, (key) => key % count);
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
