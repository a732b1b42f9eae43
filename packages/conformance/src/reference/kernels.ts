import type { GemmOptions, Kernels, Matrix, SparseMatrix, SparsePattern, Term } from "@widehead/core";
import type { Arithmetic } from "./arithmetic.ts";
import type { Block } from "./block.ts";

/** The kernels as their definitions say, row by row. */
export class PlainKernels implements Kernels {
  readonly #arithmetic: Arithmetic;

  constructor(arithmetic: Arithmetic) {
    this.#arithmetic = arithmetic;
  }

  gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
    const left = block(a).operand(transposeA);
    const right = block(b).operand(!transposeB);
    const target = block(out);
    const { dot, round } = this.#arithmetic;
    this.#scale(target, beta);
    for (let i = 0; i < out.rows; i += 1) {
      const row = left.row(i);
      const { data, at } = target.row(i);
      for (let j = 0; j < out.columns; j += 1) {
        data[at + j]! += round(round(alpha) * dot(row, right.row(j), left.columns));
      }
    }
  }

  rowDots(a: Matrix, b: Matrix, out: Matrix): void {
    for (let i = 0; i < a.rows; i += 1) {
      const { data, at } = block(out).row(i);
      data[at] = this.#arithmetic.dot(block(a).row(i), block(b).row(i), a.columns);
    }
  }

  combine(out: Matrix, terms: readonly Term[]): void {
    const { round, addScaled } = this.#arithmetic;
    const target = block(out);
    const sum = { data: target.data.slice(0, out.columns), at: 0 };
    for (let i = 0; i < out.rows; i += 1) {
      sum.data.fill(0);
      for (const { matrix, factor = 1, scale } of terms) {
        const rowFactor = scale === undefined ? factor : round(factor) * first(block(scale), i);
        addScaled(round(rowFactor), block(matrix).row(i), sum, out.columns);
      }
      target.data.set(sum.data, target.row(i).at);
    }
  }

  addTranspose(a: Matrix, out: Matrix): void {
    const source = block(a);
    const target = block(out);
    for (let i = 0; i < a.rows; i += 1) {
      for (let j = 0; j <= i; j += 1) {
        const sum = source.data[source.row(i).at + j]! + source.data[source.row(j).at + i]!;
        target.data[target.row(i).at + j] = sum;
        target.data[target.row(j).at + i] = sum;
      }
    }
  }

  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    if (out !== b) this.combine(out, [{ matrix: b }]);
    const singular = this.#eliminate(block(a), block(out));
    const { data, at } = block(status).row(0);
    data[at] = singular === undefined ? 0 : 1 + singular;
    if (singular === undefined) this.#substituteBack(block(a), block(out));
  }

  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void {
    for (let j = 0; j < pattern.rows; j += 1) {
      for (let n = pattern.offsets[j]!; n < pattern.offsets[j + 1]!; n += 1) {
        const { data, at } = block(out).row(n);
        data[at] = this.#arithmetic.dot(block(left).row(j), block(right).row(pattern.columnIds[n]!), left.columns);
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
    const { round, addScaled } = this.#arithmetic;
    this.#scale(block(out), beta);
    for (let j = 0; j < sparse.rows; j += 1) {
      for (let n = sparse.offsets[j]!; n < sparse.offsets[j + 1]!; n += 1) {
        const factor = round(round(alpha) * round(sparse.values[n]!));
        addScaled(factor, block(b).row(sparse.columnIds[n]!), block(out).row(j), out.columns);
      }
    }
  }

  exponentiateRows(a: Matrix, maxima: Matrix, sums: Matrix): void {
    const { round } = this.#arithmetic;
    for (let i = 0; i < a.rows; i += 1) {
      const { data, at } = block(a).row(i);
      let [largest, total] = [-Infinity, 0];
      for (let j = at; j < at + a.columns; j += 1) largest = Math.max(largest, data[j]!);
      for (let j = at; j < at + a.columns; j += 1) {
        data[j] = Math.exp(round(data[j]! - largest));
        total = round(total + data[j]!);
      }
      block(maxima).data[block(maxima).row(i).at] = largest;
      block(sums).data[block(sums).row(i).at] = total;
    }
  }

  fill(out: Matrix, value: number): void {
    for (let i = 0; i < out.rows; i += 1) {
      const { data, at } = block(out).row(i);
      data.fill(value, at, at + out.columns);
    }
  }

  /** out = β · out, without reading it where β is 0. */
  #scale(out: Block, beta: number): void {
    if (beta === 0) this.fill(out, 0);
    else if (beta !== 1) this.combine(out, [{ matrix: out, factor: beta }]);
  }

  /** Brings a to upper triangular form, with b alongside; gives the index of the first unusable pivot. */
  #eliminate(a: Block, b: Block): number | undefined {
    const { round, addScaled } = this.#arithmetic;
    for (let k = 0; k < a.rows; k += 1) {
      const pivotRow = largestBelow(a, k);
      swapRows(a, k, pivotRow);
      swapRows(b, k, pivotRow);
      const pivot = a.data[a.row(k).at + k]!;
      if (pivot === 0 || !Number.isFinite(pivot)) return k;
      for (let i = k + 1; i < a.rows; i += 1) {
        const factor = -round(a.data[a.row(i).at + k]! / pivot);
        addScaled(factor, a.row(k), a.row(i), a.columns);
        addScaled(factor, b.row(k), b.row(i), b.columns);
      }
    }
    return undefined;
  }

  #substituteBack(a: Block, b: Block): void {
    for (let k = a.rows - 1; k >= 0; k -= 1) {
      const pivot = a.data[a.row(k).at + k]!;
      const { data, at } = b.row(k);
      for (let j = 0; j < b.columns; j += 1) data[at + j]! /= pivot;
      for (let i = 0; i < k; i += 1) {
        this.#arithmetic.addScaled(-a.data[a.row(i).at + k]!, b.row(k), b.row(i), b.columns);
      }
    }
  }
}

/** The row at or below k with the largest entry in column k; one that is not a number wins, so that it is noticed. */
function largestBelow(a: Block, k: number): number {
  let largest = k;
  let size = -1;
  for (let i = k; i < a.rows; i += 1) {
    const candidate = Math.abs(a.data[a.row(i).at + k]!);
    if (candidate <= size) continue;
    largest = i;
    size = candidate;
  }
  return largest;
}

function swapRows(matrix: Block, one: number, other: number): void {
  if (one === other) return;
  const { data, at } = matrix.row(one);
  const otherAt = matrix.row(other).at;
  const kept = data.slice(at, at + matrix.columns);
  data.copyWithin(at, otherAt, otherAt + matrix.columns);
  data.set(kept, otherAt);
}

function first(column: Block, row: number): number {
  return column.data[column.row(row).at]!;
}

/** Every handle of this backend is a Block; core's `checked` keeps others out. */
function block(matrix: Matrix): Block {
  return matrix as Block;
}
