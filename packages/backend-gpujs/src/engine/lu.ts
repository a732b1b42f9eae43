/**
 * Solves A X = B by LU with partial pivoting, in float64, in n³/3 + n² columns multiply-adds.
 *
 * @param elements  A [n, n], row-major
 * @param solution  B [n, columns] on the way in, X on the way out
 * @returns 0, or 1 + the index of the pivot that is zero or not finite; then `solution` is as it was
 */
export function solve(elements: Float32Array, solution: Float32Array, n: number, columns: number): number {
  const A = Float64Array.from(elements);
  const X = Float64Array.from(solution);
  for (let k = 0; k < n; k += 1) {
    const largest = pivotRow(A, n, k);
    if (largest !== k) {
      swapRows(A, n, k, largest);
      swapRows(X, columns, k, largest);
    }
    const pivot = A[k * n + k];
    if (pivot === 0 || !Number.isFinite(pivot)) return 1 + k;
    for (let i = k + 1; i < n; i += 1) {
      const factor = A[i * n + k] / pivot;
      if (factor === 0) continue;
      subtract(A, i * n + k + 1, A, k * n + k + 1, factor, n - k - 1);
      subtract(X, i * columns, X, k * columns, factor, columns);
    }
  }
  for (let k = n - 1; k >= 0; k -= 1) {
    for (let j = k + 1; j < n; j += 1) subtract(X, k * columns, X, j * columns, A[k * n + j], columns);
    for (let j = 0; j < columns; j += 1) X[k * columns + j] /= A[k * n + k];
  }
  solution.set(X);
  return 0;
}

/** The row from k on whose entry in column k is largest. */
function pivotRow(A: Float64Array, n: number, k: number): number {
  let best = k;
  for (let i = k + 1; i < n; i += 1) if (Math.abs(A[i * n + k]) > Math.abs(A[best * n + k])) best = i;
  return best;
}

function swapRows(M: Float64Array, columns: number, one: number, other: number): void {
  for (let j = 0; j < columns; j += 1) {
    const kept = M[one * columns + j];
    M[one * columns + j] = M[other * columns + j];
    M[other * columns + j] = kept;
  }
}

/** target[at …] −= factor · source[from …]. */
function subtract(
  target: Float64Array,
  at: number,
  source: Float64Array,
  from: number,
  factor: number,
  count: number,
): void {
  for (let j = 0; j < count; j += 1) target[at + j] -= factor * source[from + j];
}
