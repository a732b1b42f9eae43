import { type SparseTargets, WideheadError } from "@widehead/core";

/**
 * A sparse matrix in compressed rows: the non-zeros of row j are ids[offsets[j] … offsets[j+1]), each id once. As it is
 * the input of a sparse model; {@link targetsOf} makes it the targets of an output layer.
 */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows + 1], from 0. */
  readonly offsets: Uint32Array;
  /** [non-zeros], below `columns`. */
  readonly ids: Uint32Array;
  /** [non-zeros]; 1 everywhere unless given. */
  readonly values?: Float32Array;
}

/** The matrix as targets, over its columns; the arrays are shared. */
export function targetsOf({ columns, ...rest }: SparseMatrix): SparseTargets {
  return { ...rest, outputs: columns };
}

/** The rows of the given numbers, in that order, repeats allowed: O(entries taken). Throws ERR_INDEX_RANGE. */
export function selectRows(matrix: SparseMatrix, rows: ArrayLike<number>): SparseMatrix {
  const offsets = new Uint32Array(rows.length + 1);
  for (let j = 0; j < rows.length; j += 1) {
    const row = checkedRow(matrix, rows[j]);
    offsets[j + 1] = offsets[j] + matrix.offsets[row + 1] - matrix.offsets[row];
  }
  const ids = new Uint32Array(offsets[rows.length]);
  const values = matrix.values && new Float32Array(ids.length);
  for (let j = 0; j < rows.length; j += 1) {
    const begin = matrix.offsets[rows[j]]!;
    const end = matrix.offsets[rows[j] + 1];
    ids.set(matrix.ids.subarray(begin, end), offsets[j]);
    values?.set(matrix.values!.subarray(begin, end), offsets[j]);
  }
  return sparse(rows.length, matrix.columns, offsets, ids, values);
}

/** One row's ids and values, views of the matrix. Throws ERR_INDEX_RANGE. */
export function rowOf(
  matrix: SparseMatrix,
  row: number,
): { readonly ids: Uint32Array; readonly values: Float32Array | undefined } {
  const begin = matrix.offsets[checkedRow(matrix, row)];
  const end = matrix.offsets[row + 1];
  return { ids: matrix.ids.subarray(begin, end), values: matrix.values?.subarray(begin, end) };
}

/** The columns of the given numbers, renumbered in that order: O(non-zeros + rows + columns). Throws ERR_INDEX_RANGE. */
export function selectColumns(matrix: SparseMatrix, columns: ArrayLike<number>): SparseMatrix {
  return transpose(selectRows(transpose(matrix), columns));
}

/** The transposed matrix, ids ascending in each row: O(non-zeros + rows + columns). */
export function transpose(matrix: SparseMatrix): SparseMatrix {
  const offsets = new Uint32Array(matrix.columns + 1);
  for (const id of matrix.ids) offsets[id + 1] += 1;
  for (let column = 0; column < matrix.columns; column += 1) offsets[column + 1] += offsets[column];
  const next = offsets.slice(0, -1);
  const ids = new Uint32Array(matrix.ids.length);
  const values = matrix.values && new Float32Array(ids.length);
  for (let row = 0; row < matrix.rows; row += 1) {
    for (let k = matrix.offsets[row]; k < matrix.offsets[row + 1]; k += 1) {
      const place = next[matrix.ids[k]]!++;
      ids[place] = row;
      if (values !== undefined) values[place] = matrix.values![k];
    }
  }
  return sparse(matrix.columns, matrix.rows, offsets, ids, values);
}

/** [columns], in how many rows each occurs. */
export function columnCounts(matrix: SparseMatrix): Uint32Array {
  const counts = new Uint32Array(matrix.columns);
  for (const id of matrix.ids) counts[id] += 1;
  return counts;
}

/** [rows], each row's L2 norm. */
export function rowNorms({ rows, offsets, values }: SparseMatrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    if (values === undefined) return Math.sqrt(offsets[row + 1] - offsets[row]);
    let sum = 0;
    for (let k = offsets[row]; k < offsets[row + 1]; k += 1) sum += values[k] * values[k];
    return Math.sqrt(sum);
  });
}

/** The matrix without a property that is undefined. */
export function sparse(
  rows: number,
  columns: number,
  offsets: Uint32Array,
  ids: Uint32Array,
  values: Float32Array | undefined,
): SparseMatrix {
  return values === undefined ? { rows, columns, offsets, ids } : { rows, columns, offsets, ids, values };
}

function checkedRow({ rows }: SparseMatrix, row: number): number {
  if (Number.isInteger(row) && row >= 0 && row < rows) return row;
  const message = `SparseMatrix: rows must be in 0 … ${rows - 1}, got ${row}`;
  throw new WideheadError("ERR_INDEX_RANGE", message, { argument: "rows", expected: rows, actual: row });
}
