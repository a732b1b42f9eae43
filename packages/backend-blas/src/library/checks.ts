import type { Foreign } from "./native.ts";
import { plain, type Routines, rowMajor } from "./routines.ts";

/**
 * Throws where LAPACK's integers have 64 bits, seen from the row exchanges of [0 1; 1 0], which are 2 and 2. Every integer
 * has room for 64 bits with the upper half zero, so that either kind reads and writes only what is ours.
 */
export function checkIntegers({ getrf }: Routines, { addressOf }: Foreign, kernel: string): void {
  const size = new Int32Array([2, 0]);
  const matrix = new Float32Array([0, 1, 1, 0]);
  const pivots = new Int32Array(4);
  getrf(size, size, addressOf(matrix), size, pivots, new Int32Array(2));
  if (pivots[1] !== 2) throw wideIntegers(kernel);
}

export function wideIntegers(kernel: string): Error {
  return new Error(`${kernel} is built with 64-bit integers (ILP64), and one with 32-bit integers (LP64) is needed`);
}

const shapes: readonly (readonly [rows: number, columns: number])[] = [
  [1, 1],
  [1, 8],
  [8, 1],
  [8, 8],
];

/** Throws where a product with β = 0 reads what its output held, as some versions do for single rows and columns. */
export function checkOutputUnread({ gemm }: Routines, { addressOf }: Foreign, kernel: string): void {
  for (const [rows, columns] of shapes) {
    const a = new Float32Array(rows * 8).fill(1);
    const b = new Float32Array(8 * columns).fill(1);
    const out = new Float32Array(rows * columns).fill(Number.NaN);
    const [left, right, product] = [addressOf(a), addressOf(b), addressOf(out)];
    gemm(rowMajor, plain, plain, rows, columns, 8, 1, left, 8, right, columns, 0, product, columns);
    if (out.every((number) => number === 8)) continue;
    throw new Error(`${kernel} reads the output of a product with beta 0 (${rows} × ${columns}), so NaN in it stays`);
  }
}
