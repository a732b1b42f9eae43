import type { GemmOptions, Kernels, Matrix, SparseMatrix, SparsePattern, Term } from "@widehead/core";
import { LuDecomposition } from "ml-matrix";
import type { Block } from "./block.ts";

/** Products and solves by ml-matrix, the rest in loops over the blocks' numbers. */
export class MlMatrixKernels implements Kernels {
  gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
    const left = transposeA ? block(a).transposed() : block(a);
    const right = transposeB ? block(b).transposed() : block(b);
    const target = block(out);
    const result = left.mmul(right);
    scale(target, beta);
    for (let i = 0; i < out.rows; i += 1) {
      const start = target.rowStart(i);
      for (let j = 0; j < out.columns; j += 1) target.data[start + j]! += alpha * result.get(i, j);
    }
  }

  rowDots(a: Matrix, b: Matrix, out: Matrix): void {
    for (let i = 0; i < a.rows; i += 1) block(out).set(i, 0, dot(block(a), i, block(b), i));
  }

  combine(out: Matrix, terms: readonly Term[]): void {
    const target = block(out);
    const sum = new Float64Array(out.columns);
    for (let i = 0; i < out.rows; i += 1) {
      sum.fill(0);
      for (const { matrix, factor = 1, scale } of terms) {
        const rowFactor = scale === undefined ? factor : factor * block(scale).get(i, 0);
        addScaled(rowFactor, block(matrix), i, sum, 0);
      }
      target.data.set(sum, target.rowStart(i));
    }
  }

  addTranspose(a: Matrix, out: Matrix): void {
    const source = block(a);
    for (let i = 0; i < a.rows; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const sum = source.get(i, j) + source.get(j, i);
        block(out).set(i, j, sum).set(j, i, sum);
      }
    }
  }

  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    const decomposition = new LuDecomposition(block(a).toDense());
    const pivots = decomposition.upperTriangularMatrix.diagonal();
    const unusable = pivots.findIndex((pivot) => pivot === 0 || !Number.isFinite(pivot));
    block(status).set(0, 0, 1 + unusable);
    if (unusable !== -1 || b.rows === 0 || b.columns === 0) return;

    const solution = decomposition.solve(block(b).toDense());
    for (let i = 0; i < out.rows; i += 1) {
      for (let j = 0; j < out.columns; j += 1) block(out).set(i, j, solution.get(i, j));
    }
  }

  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void {
    for (let j = 0; j < pattern.rows; j += 1) {
      for (let n = pattern.offsets[j]!; n < pattern.offsets[j + 1]!; n += 1) {
        block(out).set(n, 0, dot(block(left), j, block(right), pattern.columnIds[n]!));
      }
    }
  }

  sparseGemm(
    sparse: SparseMatrix,
    b: Matrix,
    out: Matrix,
    options: { readonly alpha?: number; readonly beta?: number } = {},
  ): void {
    const { alpha = 1, beta = 0 } = options;
    const target = block(out);
    scale(target, beta);
    for (let j = 0; j < sparse.rows; j += 1) {
      for (let n = sparse.offsets[j]!; n < sparse.offsets[j + 1]!; n += 1) {
        addScaled(alpha * sparse.values[n]!, block(b), sparse.columnIds[n]!, target.data, target.rowStart(j));
      }
    }
  }

  fill(out: Matrix, value: number): void {
    const target = block(out);
    for (let i = 0; i < out.rows; i += 1) target.data.fill(value, target.rowStart(i), target.rowStart(i) + out.columns);
  }
}

/** Every handle of this backend is a Block; core's `checked` keeps others out. */
function block(matrix: Matrix): Block {
  return matrix as Block;
}

/** out = β · out, without reading it where β is 0. */
function scale(out: Block, beta: number): void {
  if (beta === 1) return;
  for (let i = 0; i < out.rows; i += 1) {
    const start = out.rowStart(i);
    for (let j = start; j < start + out.columns; j += 1) out.data[j] = beta === 0 ? 0 : beta * out.data[j]!;
  }
}

/** Row i of a times row j of b. */
function dot(a: Block, i: number, b: Block, j: number): number {
  const aStart = a.rowStart(i);
  const bStart = b.rowStart(j);
  let sum = 0;
  for (let k = 0; k < a.columns; k += 1) sum += a.data[aStart + k]! * b.data[bStart + k]!;
  return sum;
}

/** Adds factor · (row i of a) to the numbers of `out` from `start` on. */
function addScaled(factor: number, a: Block, i: number, out: Float64Array, start: number): void {
  const { data, columns } = a;
  const aStart = a.rowStart(i);
  for (let j = 0; j < columns; j += 1) out[start + j]! += factor * data[aStart + j]!;
}
