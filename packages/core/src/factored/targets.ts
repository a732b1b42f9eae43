import type { SparseMatrix, SparsePattern } from "../contract/index.ts";

/** The different ids of a batch, in the order of their first appearance. */
export function distinctIds(ids: Uint32Array): Uint32Array {
  return Uint32Array.from(new Set(ids));
}

/** The batch's non-zeros over the rows of a block: [m, r]. */
export function patternOver(blockIds: Uint32Array, offsets: Uint32Array, ids: Uint32Array): SparsePattern {
  const slots = new Map<number, number>();
  for (let r = 0; r < blockIds.length; r += 1) slots.set(blockIds[r], r);
  const columnIds = new Uint32Array(ids.length);
  for (let n = 0; n < ids.length; n += 1) columnIds[n] = slots.get(ids[n])!;
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

/**
 * ½ (T Tᵀ − ττᵀ/D) [m, m], where τ = T1: the targets' own part of the gradients' pairwise inner products.
 * Examples meet only in outputs that they share, so this costs m² and a little.
 */
export function halfTargetOverlap(transposed: SparseMatrix, totals: Float64Array, outputs: number): Float64Array {
  const m = transposed.columns;
  const overlap = new Float64Array(m * m);
  for (let i = 0; i < m; i += 1) {
    const factor = (-0.5 * totals[i]) / outputs;
    for (let j = 0; j < m; j += 1) overlap[i * m + j] = factor * totals[j];
  }
  const { offsets, columnIds, values } = transposed;
  for (let k = 0; k < transposed.rows; k += 1) {
    for (let n = offsets[k]; n < offsets[k + 1]; n += 1) {
      const row = columnIds[n] * m;
      const half = 0.5 * values[n];
      for (let other = offsets[k]; other < offsets[k + 1]; other += 1) {
        overlap[row + columnIds[other]] += half * values[other];
      }
    }
  }
  return overlap;
}
