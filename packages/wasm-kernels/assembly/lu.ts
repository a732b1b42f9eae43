import { gemm, packBytes } from "./gemm";
import { index, SIZE } from "./real";
import { addScaledRow, divideRow, multiplyRow, swapRows } from "./rows";
import { shareStart } from "./share";

/** Columns that are eliminated at a time; the rest of the work is products with this inner dimension. */
const BLOCK: usize = 32;

/**
 * Overwrites A [n, n] by its LU factors with partial pivoting; pivots[i] is the row that row i was swapped with. Returns 0,
 * or 1 + the index of a pivot that is zero or not finite.
 */
export function luFactor(scratch: usize, n: usize, a: usize, stride: usize, pivots: usize): usize {
  for (let first: usize = 0; first < n; first += BLOCK) {
    const end = min(first + BLOCK, n);
    const status = factorPanel(n, first, end, a, stride, pivots);
    if (status !== 0) return status;
    if (end === n) break;
    const corner = a + first * stride + end * SIZE;
    solveUnitLower(n - end, end - first, a + first * stride + first * SIZE, stride, corner, stride);
    subtractProduct(
      scratch,
      n - end,
      n - end,
      end - first,
      a + end * stride + first * SIZE,
      stride,
      corner,
      stride,
      a + end * stride + end * SIZE,
      stride,
    );
  }
  return 0;
}

function factorPanel(n: usize, first: usize, end: usize, a: usize, stride: usize, pivots: usize): usize {
  for (let column = first; column < end; column += 1) {
    const below = a + column * SIZE;
    const pivotRow = largest(below, stride, column, n);
    store<u32>(pivots + 4 * column, <u32>pivotRow);
    const pivot = load<Real>(below + pivotRow * stride);
    if (pivot === 0 || Number.isNaN(pivot - pivot)) return 1 + column;
    if (pivotRow !== column) swapRows(n, a + column * stride, a + pivotRow * stride);
    const right = below + SIZE + column * stride;
    for (let i = column + 1; i < n; i += 1) {
      const element = below + i * stride;
      const factor = load<Real>(element) / pivot;
      store<Real>(element, factor);
      addScaledRow(end - column - 1, -factor, right, element + SIZE);
    }
  }
  return 0;
}

/** The row, from `first` on, with the largest absolute value in a column; `first` where that is NaN. */
function largest(column: usize, stride: usize, first: usize, n: usize): usize {
  let row = first;
  let most = abs(load<Real>(column + first * stride));
  for (let i = first + 1; i < n; i += 1) {
    const value = abs(load<Real>(column + i * stride));
    if (value > most) {
      most = value;
      row = i;
    }
  }
  return row;
}

/**
 * Solves A · out = B [n, columns] with what luFactor left; `out` may be B. A part computes some of the columns.
 */
export function luApply(
  part: usize,
  parts: usize,
  scratch: usize,
  n: usize,
  columns: usize,
  lu: usize,
  luStride: usize,
  pivots: usize,
  b: usize,
  bStride: usize,
  out: usize,
  outStride: usize,
): void {
  scratch += part * packBytes();
  const firstColumn = shareStart(columns, 16, part, parts);
  columns = shareStart(columns, 16, part + 1, parts) - firstColumn;
  b += firstColumn * SIZE;
  out += firstColumn * SIZE;
  if (b !== out) {
    for (let i: usize = 0; i < n; i += 1) memory.copy(out + i * outStride, b + i * bStride, columns * SIZE);
  }
  for (let i: usize = 0; i < n; i += 1) {
    const other = index(pivots + 4 * i);
    if (other !== i) swapRows(columns, out + i * outStride, out + other * outStride);
  }
  for (let first: usize = 0; first < n; first += BLOCK) {
    const rows = min(BLOCK, n - first);
    const block = out + first * outStride;
    const left = lu + first * luStride;
    subtractProduct(scratch, rows, columns, first, left, luStride, out, outStride, block, outStride);
    solveUnitLower(columns, rows, left + first * SIZE, luStride, block, outStride);
  }
  for (let end = n; end > 0; ) {
    const first = ((end - 1) / BLOCK) * BLOCK;
    const rows = end - first;
    const block = out + first * outStride;
    const diagonal = lu + first * luStride + first * SIZE;
    const right = diagonal + rows * SIZE;
    subtractProduct(
      scratch,
      rows,
      columns,
      n - end,
      right,
      luStride,
      out + end * outStride,
      outStride,
      block,
      outStride,
    );
    solveUpper(columns, rows, diagonal, luStride, block, outStride);
    end = first;
  }
}

/** out −= A [m, k] · B [k, n]. */
function subtractProduct(
  scratch: usize,
  m: usize,
  n: usize,
  k: usize,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  out: usize,
  outStride: usize,
): void {
  if (k !== 0) gemm(0, 1, scratch, m, n, k, -1, a, aStride, SIZE, b, bStride, SIZE, 1, out, outStride);
}

/** X ← L⁻¹ X for X [n, columns], L unit lower triangular; only what is below its diagonal is read. */
function solveUnitLower(columns: usize, n: usize, l: usize, lStride: usize, x: usize, xStride: usize): void {
  for (let i: usize = 1; i < n; i += 1) {
    multiplyRow(columns, i, -1, l + i * lStride, SIZE, x, xStride, 1, x + i * xStride);
  }
}

/** X ← U⁻¹ X for X [n, columns]; only the diagonal of U and what is above it is read. */
function solveUpper(columns: usize, n: usize, u: usize, uStride: usize, x: usize, xStride: usize): void {
  for (let i = n; i > 0; ) {
    i -= 1;
    const diagonal = u + i * uStride + i * SIZE;
    const row = x + i * xStride;
    multiplyRow(columns, n - i - 1, -1, diagonal + SIZE, SIZE, row + xStride, xStride, 1, row);
    divideRow(columns, load<Real>(diagonal), row);
  }
}
