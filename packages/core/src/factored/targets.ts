import type { SparseMatrix, SparsePattern } from "../contract/index.ts";
import { IdSlots } from "../id-slots.ts";

/** The different ids of a batch, in the order of their first appearance. */
export function distinctIds(ids: Uint32Array): Uint32Array {
  const slots = new IdSlots(ids.length);
  for (let n = 0; n < ids.length; n += 1) slots.add(ids[n]);
  return slots.ids();
}

/** The batch's non-zeros over the rows of a block: [m, r]. */
export function patternOver(blockIds: Uint32Array, offsets: Uint32Array, ids: Uint32Array): SparsePattern {
  const slots = new IdSlots(blockIds.length);
  for (let r = 0; r < blockIds.length; r += 1) slots.add(blockIds[r]);
  const columnIds = new Uint32Array(ids.length);
  for (let n = 0; n < ids.length; n += 1) columnIds[n] = slots.add(ids[n]);
  return { rows: offsets.length - 1, columns: blockIds.length, offsets, columnIds };
}

/** Tᵀ in compressed rows. Entries of one column stay in their order, so the result is deterministic. */
export function transpose(sparse: SparseMatrix): SparseMatrix {
  const offsets = new Uint32Array(sparse.columns + 1);
  for (const column of sparse.columnIds) offsets[column + 1] += 1;
  for (let c = 0; c < sparse.columns; c += 1) offsets[c + 1] += offsets[c];
  const next = offsets.slice(0, sparse.columns);
  const columnIds = new Uint32Array(sparse.columnIds.length);
  const values = new Float64Array(sparse.values.length);
  for (let row = 0; row < sparse.rows; row += 1) {
    for (let n = sparse.offsets[row]; n < sparse.offsets[row + 1]; n += 1) {
      const at = next[sparse.columnIds[n]]++;
      columnIds[at] = row;
      values[at] = sparse.values[n];
    }
  }
  return { rows: sparse.columns, columns: sparse.rows, offsets, columnIds, values };
}
