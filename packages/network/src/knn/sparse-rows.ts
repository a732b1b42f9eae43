import type { FloatArray } from "@widehead/core";
import type { SparseInput } from "../input/sparse-input.ts";

/** Sparse rows whose values are all there. */
export interface ValuedRows extends SparseInput {
  readonly values: FloatArray;
}

/** The rows with 1 for each value that is not given. */
export function valued(sparse: SparseInput): ValuedRows {
  return { ...sparse, values: sparse.values ?? new Float64Array(sparse.ids.length).fill(1) };
}

/** In how many rows each column occurs, [columns]. */
export function columnCounts({ columns, ids }: SparseInput): Float64Array {
  const counts = new Float64Array(columns);
  for (const id of ids) counts[id] += 1;
  return counts;
}

/** Columns as rows, in O(entries); the entries of a column keep the order of the rows. */
export function transposed({ rows, columns, offsets, ids, values }: ValuedRows): ValuedRows {
  const starts = new Uint32Array(columns + 1);
  for (const id of ids) starts[id + 1] += 1;
  for (let column = 0; column < columns; column += 1) starts[column + 1] += starts[column];
  const next = starts.slice();
  const rowIds = new Uint32Array(ids.length);
  const moved = new Float64Array(ids.length);
  for (let row = 0; row < rows; row += 1) {
    for (let n = offsets[row]; n < offsets[row + 1]; n += 1) {
      const at = next[ids[n]]++;
      rowIds[at] = row;
      moved[at] = values[n];
    }
  }
  return { rows: columns, columns: rows, offsets: starts, ids: rowIds, values: moved };
}

/** The Euclidean length of each row, [rows]. */
export function rowNorms({ rows, offsets, values }: ValuedRows): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    let squares = 0;
    for (let n = offsets[row]; n < offsets[row + 1]; n += 1) squares += values[n] ** 2;
    return Math.sqrt(squares);
  });
}
