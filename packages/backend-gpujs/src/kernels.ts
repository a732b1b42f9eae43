import type { GemmOptions, Kernels, Matrix, SparseMatrix, SparsePattern, Term } from "@widehead/core";
import { type Argument, type Engine, transposed } from "./engine/engine.ts";
import {
  addTranspose,
  combination,
  fill,
  type KernelSource,
  rowDots,
  sampledDots,
  sparseProduct,
} from "./engine/source.ts";
import type { Handle } from "./handle.ts";
import type { TaskQueue } from "./queue.ts";

/** Terms that one kernel adds: with their scales they need eight textures, of the sixteen that every GPU has. */
const TERMS = 4;

/** Puts the kernels of the contract in the queue; those that empty matrices leave without work, not at all. */
export abstract class GpujsKernels implements Kernels {
  protected readonly engine: Engine;
  protected readonly queue: TaskQueue;

  constructor(engine: Engine, queue: TaskQueue) {
    this.engine = engine;
    this.queue = queue;
  }

  abstract allocate(rows: number, columns: number): Matrix;

  gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
    const left = transposeA ? transposed(handle(a)) : handle(a);
    const right = transposeB ? transposed(handle(b)) : handle(b);
    const target = handle(out);
    if (target.empty) return;
    if (left.columns === 0) this.#scale(out, beta);
    else this.queue.add(() => this.engine.multiply(left, right, target, alpha, beta));
  }

  rowDots(a: Matrix, b: Matrix, out: Matrix): void {
    if (a.columns === 0) this.fill(out, 0);
    else this.#compute(rowDots, [handle(a), handle(b), a.columns], out);
  }

  combine(out: Matrix, terms: readonly Term[]): void {
    if (terms.length === 0) {
      this.fill(out, 0);
      return;
    }
    if (terms.length > TERMS) {
      const partial = this.allocate(out.rows, out.columns);
      this.combine(partial, terms.slice(0, TERMS));
      this.combine(out, [{ matrix: partial }, ...terms.slice(TERMS)]);
      partial[Symbol.dispose]();
      return;
    }
    const source = combination(terms.map(({ scale }) => scale !== undefined));
    const args = terms.flatMap(({ matrix, factor = 1, scale }) => [
      handle(matrix),
      factor,
      ...(scale === undefined ? [] : [handle(scale)]),
    ]);
    this.#compute(source, args, out);
  }

  addTranspose(a: Matrix, out: Matrix): void {
    this.#compute(addTranspose, [handle(a)], out);
  }

  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    const [matrix, right, target, flag] = [handle(a), handle(b), handle(out), handle(status)];
    if (a.rows === 0) this.fill(status, 0);
    else this.queue.add(() => this.engine.solve(matrix, right, target, flag));
  }

  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void {
    if (left.columns === 0) {
      this.fill(out, 0);
      return;
    }
    const rowIds = new Float32Array(pattern.columnIds.length);
    for (let j = 0; j < pattern.rows; j += 1) rowIds.fill(j, pattern.offsets[j], pattern.offsets[j + 1]);
    const columnIds = Float32Array.from(pattern.columnIds);
    this.#compute(sampledDots, [handle(left), handle(right), rowIds, columnIds, left.columns], out);
  }

  sparseGemm(
    sparse: SparseMatrix,
    b: Matrix,
    out: Matrix,
    options: { readonly alpha?: number; readonly beta?: number } = {},
  ): void {
    const { alpha = 1, beta = 0 } = options;
    if (sparse.columnIds.length === 0) {
      this.#scale(out, beta);
      return;
    }
    const offsets = Float32Array.from(sparse.offsets);
    const columnIds = Float32Array.from(sparse.columnIds);
    const values = Float32Array.from(sparse.values);
    const args = [handle(b), offsets, columnIds, values, alpha];
    if (beta === 0) this.#compute(sparseProduct(false), args, out);
    else this.#compute(sparseProduct(true), [...args, handle(out), beta], out);
  }

  fill(out: Matrix, value: number): void {
    this.#compute(fill, [value], out);
  }

  /** out ← β · out, unread where β is 0. */
  #scale(out: Matrix, beta: number): void {
    this.combine(out, beta === 0 ? [] : [{ matrix: out, factor: beta }]);
  }

  #compute(source: KernelSource, args: readonly Argument[], out: Matrix): void {
    const target = handle(out);
    if (!target.empty) this.queue.add(() => this.engine.compute(source, args, target));
  }
}

/** Every handle of this backend is a Handle; core's `checked` keeps others out. */
function handle(matrix: Matrix): Handle {
  return matrix as Handle;
}
