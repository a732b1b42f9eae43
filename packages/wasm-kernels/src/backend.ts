import type {
  Backend,
  Capabilities,
  GemmOptions,
  Matrix,
  Numerics,
  SparseMatrix,
  SparsePattern,
  Term,
} from "@widehead/core";
import type { SimdEngine } from "./engine.ts";
import type { SimdKernels } from "./kernels.ts";
import type { SimdMatrix } from "./matrix.ts";
import { SimdMemory } from "./memory.ts";
import { Scratch } from "./scratch.ts";

/** How a backend over the SIMD kernels presents itself. */
export interface SimdDescription {
  readonly name: string;
  readonly kernel: string;
  readonly supports: Capabilities;
  /** How many parts of a call `engine.kernels` may run at the same time; 1 unless told. */
  readonly threads?: number;
}

/**
 * Runs each kernel in WebAssembly when it is called.
 *
 * A subclass may override kernels, as the BLAS backend does `gemm` and `luSolve`: `arena.buffer` is the memory,
 * `elements` all of it as numbers, and a {@link SimdMatrix} has its `address` in bytes and its `stride` in elements. An
 * override calls `checkAlive` first. `engine.kernels` may be a table whose functions run all parts of a call on several
 * threads, whatever `part` and `parts` they are given.
 */
export class SimdBackend extends SimdMemory implements Backend {
  readonly name: string;
  readonly kernel: string;
  readonly threads: number;
  readonly supports: Capabilities;
  readonly numerics: Numerics;
  protected readonly kernels: SimdKernels;
  readonly #float64Kernels: SimdKernels;
  /** Host arguments of the call that runs. */
  readonly #scratch: Scratch;
  /** Where operands are packed: `packBytes()` for each thread. */
  readonly #pack: number;

  constructor(engine: SimdEngine, { name, kernel, supports, threads = 1 }: SimdDescription) {
    super(engine);
    const { arena, kernels, dtype } = engine;
    this.name = name;
    this.kernel = kernel;
    this.supports = supports;
    this.threads = threads;
    this.numerics = Object.freeze({ dtype, roundoff: dtype === "float32" ? 2 ** -24 : 2 ** -53 });
    this.kernels = kernels;
    this.#float64Kernels = engine.float64Kernels;
    this.#scratch = new Scratch(arena);
    this.#pack = arena.allocate(threads * kernels.packBytes()).address;
  }

  gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    this.checkAlive("gemm");
    const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
    const { size } = this;
    const left = simd(a);
    const right = simd(b);
    const leftStride = left.stride * size;
    const rightStride = right.stride * size;
    this.kernels.gemm(
      0,
      1,
      this.#pack,
      out.rows,
      out.columns,
      transposeA ? a.rows : a.columns,
      alpha,
      left.address,
      transposeA ? size : leftStride,
      transposeA ? leftStride : size,
      right.address,
      transposeB ? size : rightStride,
      transposeB ? rightStride : size,
      beta,
      simd(out).address,
      simd(out).stride * size,
    );
  }

  rowDots(a: Matrix, b: Matrix, out: Matrix): void {
    this.checkAlive("rowDots");
    const { size } = this;
    const left = simd(a);
    const right = simd(b);
    const target = simd(out);
    this.kernels.rowDots(
      0,
      1,
      a.rows,
      a.columns,
      left.address,
      left.stride * size,
      right.address,
      right.stride * size,
      target.address,
      target.stride * size,
    );
  }

  combine(out: Matrix, terms: readonly Term[]): void {
    this.checkAlive("combine");
    const { size } = this;
    const target = simd(out);
    const table = this.#scratch.putTerms(terms, size);
    const flat = target.packed && terms.every(isFlat);
    const rows = flat ? 1 : out.rows;
    const columns = flat ? out.rows * out.columns : out.columns;
    this.kernels.combine(0, 1, this.#pack, rows, columns, target.address, target.stride * size, table, terms.length);
  }

  addTranspose(a: Matrix, out: Matrix): void {
    this.checkAlive("addTranspose");
    const { size } = this;
    const source = simd(a);
    const target = simd(out);
    this.kernels.addTranspose(0, 1, a.rows, source.address, source.stride * size, target.address, target.stride * size);
  }

  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    this.checkAlive("luSolve");
    const { size, kernels } = this;
    const matrix = simd(a);
    const right = simd(b);
    const target = simd(out);
    const pivots = this.#scratch.reserve(4 * a.rows);
    const stride = matrix.stride * size;
    const failed = kernels.luFactor(this.#pack, a.rows, matrix.address, stride, pivots);
    this.elements[this.indexOf(simd(status))] = failed;
    if (failed !== 0) return;
    kernels.luApply(
      0,
      1,
      this.#pack,
      a.rows,
      b.columns,
      matrix.address,
      stride,
      pivots,
      right.address,
      right.stride * size,
      target.address,
      target.stride * size,
    );
  }

  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void {
    this.checkAlive("sampledDots");
    const { size } = this;
    const target = simd(out);
    const offsets = this.#scratch.putPattern(pattern);
    this.kernels.sampledDots(
      0,
      1,
      pattern.rows,
      left.columns,
      offsets,
      offsets + 4 * pattern.offsets.length,
      simd(left).address,
      simd(left).stride * size,
      simd(right).address,
      simd(right).stride * size,
      target.address,
      target.stride * size,
    );
  }

  sparseGemm(
    sparse: SparseMatrix,
    b: Matrix,
    out: Matrix,
    options: { readonly alpha?: number; readonly beta?: number } = {},
  ): void {
    this.checkAlive("sparseGemm");
    const { alpha = 1, beta = 0 } = options;
    const { size } = this;
    const right = simd(b);
    const target = simd(out);
    const values = this.#scratch.putSparse(sparse);
    const offsets = values + 8 * sparse.values.length;
    this.kernels.sparseGemm(
      0,
      1,
      out.rows,
      out.columns,
      alpha,
      offsets,
      offsets + 4 * sparse.offsets.length,
      values,
      right.address,
      right.stride * size,
      beta,
      target.address,
      target.stride * size,
    );
  }

  fill(out: Matrix, value: number): void {
    this.checkAlive("fill");
    const target = simd(out);
    const rows = target.packed ? 1 : out.rows;
    const columns = target.packed ? out.rows * out.columns : out.columns;
    this.kernels.fill(0, 1, rows, columns, target.address, target.stride * this.size, value);
  }

  exponentiateRows(a: Matrix, maxima: Matrix, sums: Matrix): void {
    this.checkAlive("exponentiateRows");
    const { size } = this;
    const matrix = simd(a);
    const largest = simd(maxima);
    const totals = simd(sums);
    this.kernels.exponentiateRows(
      0,
      1,
      a.rows,
      a.columns,
      matrix.address,
      matrix.stride * size,
      largest.address,
      largest.stride * size,
      totals.address,
      totals.stride * size,
    );
  }

  multiplyFloat64(a: Float64Array, b: Float64Array, size: number): Float64Array {
    this.checkAlive("multiplyFloat64");
    const elements = size * size;
    const stride = 8 * size;
    const first = this.#scratch.reserve(3 * 8 * elements);
    const second = first + 8 * elements;
    const out = second + 8 * elements;
    const { float64 } = this.arena;
    float64.set(a, first / 8);
    float64.set(b, second / 8);
    const { gemm } = this.#float64Kernels;
    gemm(0, 1, this.#pack, size, size, size, 1, first, stride, 8, second, stride, 8, 0, out, stride);
    return float64.slice(out / 8, out / 8 + elements);
  }
}

/** Every handle of this backend is a SimdMatrix; core's `checked` keeps others out. */
function simd(matrix: Matrix): SimdMatrix {
  return matrix as SimdMatrix;
}

function isFlat({ matrix, scale }: Term): boolean {
  return scale === undefined && simd(matrix).packed;
}
