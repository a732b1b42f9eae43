import type { Capabilities, Dtype, GemmOptions, Matrix } from "@widehead/core";
import { createEngine, SimdBackend, type SimdEngine, type SimdMatrix } from "@widehead/wasm-kernels";
import type { Library } from "./library/open.ts";
import { plain, type Routines, rowMajor, transposed } from "./library/routines.ts";
import { LuSolver } from "./lu-solver.ts";
import { rowsAtATime } from "./pieces.ts";
import { Place } from "./place.ts";
import { useThreads } from "./threads.ts";

export const name = "blas";

export const supports: Capabilities = Object.freeze({
  float32: true,
  float64: true,
  threads: true,
  deterministic: true,
});

/** Multiply-adds up to which the SIMD kernel ends before a native call has begun: they meet between 256 and 1728. */
const smallProduct = 512;

/** The same for systems, n² (n/3 + columns): they meet between 80,000 and 350,000, by shape. */
const smallSystem = 131_072;

/** Below so many, a system runs on one thread: its calls are too small to share, as seen up to n = columns = 300. */
const wideSystem = 2 ** 26;

/** An instance on a library, with a memory of its own. */
export async function createBackend(library: Library, dtype: Dtype, threads: number): Promise<BlasBackend> {
  return new BlasBackend(await createEngine({ dtype }), library, threads);
}

/** The SIMD backend, with products and systems by BLAS and LAPACK on the same memory. */
export class BlasBackend extends SimdBackend {
  readonly #library: Library;
  readonly #routines: Routines;
  readonly #solver: LuSolver;
  #buffer: ArrayBufferLike | undefined;
  #base = 0;

  constructor(engine: SimdEngine, library: Library, threads: number) {
    super(engine, { name, kernel: library.kernel, supports, threads });
    this.#library = library;
    this.#routines = library.routines[engine.dtype];
    this.#solver = new LuSolver(engine.dtype, this.#routines, library.foreign);
  }

  override gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
    const inner = transposeA ? a.rows : a.columns;
    if (out.rows * out.columns * inner <= smallProduct) {
      super.gemm(a, b, out, options);
      return;
    }
    this.checkAlive("gemm");
    this.#useThreads(this.threads);
    const base = this.#memoryAddress();
    const [left, right, target] = [a as SimdMatrix, b as SimdMatrix, out as SimdMatrix];
    const inPieces = this.threads === 1 && !transposeA && !transposeB;
    const most = inPieces ? rowsAtATime(this.kernel, out.rows, out.columns, inner) : out.rows;
    for (let first = 0; first < out.rows; first += most) {
      const rows = Math.min(most, out.rows - first);
      // biome-ignore format: one line for each matrix
      this.#routines.gemm(
        rowMajor, transposeA ? transposed : plain, transposeB ? transposed : plain, rows, out.columns, inner, alpha,
        base + left.address + first * left.stride * this.size, left.stride,
        base + right.address, right.stride,
        beta, base + target.address + first * target.stride * this.size, target.stride,
      );
    }
  }

  override multiplyFloat64(a: Float64Array, b: Float64Array, size: number): Float64Array {
    this.checkAlive("multiplyFloat64");
    this.#useThreads(this.threads);
    const out = new Float64Array(size * size);
    const [left, right, target] = [a, b, out].map(this.#library.foreign.addressOf) as [number, number, number];
    const { gemm } = this.#library.routines.float64;
    gemm(rowMajor, plain, plain, size, size, size, 1, left, size, right, size, 0, target, size);
    return out;
  }

  override luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    const work = a.rows * a.rows * (a.rows / 3 + b.columns);
    if (work <= smallSystem) {
      super.luSolve(a, b, out, status);
      return;
    }
    this.checkAlive("luSolve");
    if (out !== b) this.combine(out, [{ matrix: b }]);
    this.#useThreads(work < wideSystem ? 1 : this.threads);
    const failed = this.#solver.solve(a.rows, out.columns, this.#place(a), this.#place(out));
    this.elements[this.indexOf(status as SimdMatrix)] = failed;
  }

  #place(matrix: Matrix): Place {
    const { address, stride } = matrix as SimdMatrix;
    return new Place(this.#memoryAddress() + address, stride, this.size);
  }

  /** Where the memory begins in the process: asked anew when it has grown, as it may have moved. */
  #memoryAddress(): number {
    const { buffer } = this.arena;
    if (buffer !== this.#buffer) {
      this.#base = this.#library.foreign.addressOf(new Uint8Array(buffer));
      this.#buffer = buffer;
    }
    return this.#base;
  }

  #useThreads(count: number): void {
    const { threads } = this.#library;
    if (threads !== undefined) useThreads(threads, count);
  }
}
