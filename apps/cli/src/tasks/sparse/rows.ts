import { createHash } from "node:crypto";
import { rowOf, type SparseMatrix, type SparseRow, selectRows, sparseFromRows } from "@widehead/data";

/** The matrix with rows cut off at the end, or empty ones added, and with more columns. */
export function resized(matrix: SparseMatrix, rows: number, columns: number): SparseMatrix {
  const kept =
    rows < matrix.rows
      ? selectRows(
          matrix,
          Array.from({ length: rows }, (_, row) => row),
        )
      : matrix;
  const offsets = new Uint32Array(rows + 1).fill(kept.ids.length);
  offsets.set(kept.offsets);
  return { ...kept, rows, columns, offsets };
}

/** The matrix with 1 for every value. */
export function binary({ rows, columns, offsets, ids }: SparseMatrix): SparseMatrix {
  return { rows, columns, offsets, ids };
}

/** The matrix in as many parts of its size as entries are sorted into: O(entries log of a row's). */
export function partition(
  matrix: SparseMatrix,
  parts: number,
  partOf: (row: number, id: number) => number,
): SparseMatrix[] {
  const { rows, columns, offsets, ids, values } = matrix;
  const entries = Uint8Array.from(ids, () => 0);
  for (let row = 0; row < rows; row += 1) {
    for (let n = offsets[row]!; n < offsets[row + 1]!; n += 1) entries[n] = partOf(row, ids[n]!);
  }
  const rowsOf = function* (part: number) {
    for (let row = 0; row < rows; row += 1) {
      const of = numbersBetween(offsets[row]!, offsets[row + 1]!).filter((n) => entries[n] === part);
      yield { ids: of.map((n) => ids[n]!), ...(values && { values: of.map((n) => values[n]!) }) };
    }
  };
  return Array.from({ length: parts }, (_, part) => sparseFromRows(rowsOf(part), { columns }));
}

/** The rows that have an entry, at most `most` of them, spread evenly. */
export function rowsWithEntries({ rows, offsets }: SparseMatrix, most: number): Uint32Array {
  const some = Uint32Array.from({ length: rows }, (_, row) => row).filter((row) => offsets[row + 1]! > offsets[row]!);
  if (some.length <= most) return some;
  return Uint32Array.from({ length: most }, (_, i) => some[Math.floor((i * some.length) / most)]!);
}

/** The rows of one matrix, then those of the other, which is as wide. */
export function stacked(first: SparseMatrix, second: SparseMatrix): SparseMatrix {
  const rows = function* () {
    for (const matrix of [first, second])
      for (let row = 0; row < matrix.rows; row += 1) yield given(rowOf(matrix, row));
  };
  return sparseFromRows(rows(), { columns: first.columns });
}

/** ‖x − mean‖² of each row x, averaged: what there is to explain. O(entries + columns). */
export function varianceAbout(mean: Float64Array, { rows, offsets, ids, values }: SparseMatrix): number {
  let sum = rows * mean.reduce((total, value) => total + value * value, 0);
  for (let n = 0; n < offsets[rows]!; n += 1) {
    const value = values?.[n] ?? 1;
    sum += value * value - 2 * value * mean[ids[n]!]!;
  }
  return sum / rows;
}

/** The mean row, [columns]. */
export function meanRow({ rows, columns, ids, values }: SparseMatrix): Float64Array {
  const mean = new Float64Array(columns);
  for (const [n, id] of ids.entries()) mean[id]! += (values?.[n] ?? 1) / rows;
  return mean;
}

/** SHA-256 of matrices and of names. */
export function fingerprintOf(matrices: readonly SparseMatrix[], names: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const { rows, columns, offsets, ids, values } of matrices) {
    hash.update(`${rows} ${columns}\n`).update(offsets).update(ids);
    // A reader leaves out values that are all 1, and one that reads more may not.
    if (values?.some((value) => value !== 1)) hash.update(values);
  }
  for (const name of names) hash.update(name).update("\n");
  return hash.digest("hex");
}

function given({ ids, values }: ReturnType<typeof rowOf>): SparseRow {
  return values === undefined ? { ids } : { ids, values };
}

function numbersBetween(begin: number, end: number): number[] {
  return Array.from({ length: end - begin }, (_, i) => begin + i);
}
