import type { Dtype, FloatArray, HostMatrix, Matrix, SparseMatrix, SparsePattern } from "./matrix.ts";

/** What a backend can do: read by users, by core and by the suite. A case may be skipped only because of a flag here. */
export interface Capabilities {
  /** `create({ dtype: "float32" })` works. */
  readonly float32: boolean;
  /** `create({ dtype: "float64" })` works. */
  readonly float64: boolean;
  /** `create({ threads })` accepts more than one thread. */
  readonly threads: boolean;
  /** The same calls on the same numbers give the same bits. */
  readonly deterministic: boolean;
}

/** How the backend computes: tolerances and limits are derived from it. */
export interface Numerics {
  readonly dtype: Dtype;
  /** Unit round-off u: 2⁻²⁴ or 2⁻⁵³. */
  readonly roundoff: number;
}

/** One term factor · diag(scale) · matrix of {@link Kernels.combine}. */
export interface Term {
  readonly matrix: Matrix;
  readonly factor?: number;
  /** [rows, 1]: one factor for each row. */
  readonly scale?: Matrix;
}

export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  /** Factor of the product, 1 unless told. */
  readonly alpha?: number;
  /** Factor of what `out` held, 0 unless told; with 0, `out` is not read (it may hold NaN). */
  readonly beta?: number;
}

/**
 * The arithmetic that a backend provides. Kernels return nothing and run in call order; only {@link Backend.readMany}
 * and {@link Backend.settle} are awaited. Arguments are valid (core has checked them), host arrays are only borrowed for
 * the duration of the call, and `out` overlaps no input unless the kernel says so. Matrices may be views, and may have
 * zero rows or columns.
 */
export interface Kernels {
  /** out = α · op(A) · op(B) + β · out. A product with inner dimension 0 is zero. */
  gemm(a: Matrix, b: Matrix, out: Matrix, options?: GemmOptions): void;
  /** out[i] = Σⱼ A[i,j] · B[i,j];  out is [rows, 1]. A and B may be the same. */
  rowDots(a: Matrix, b: Matrix, out: Matrix): void;
  /** out = Σ factorᵢ · diag(scaleᵢ) · Aᵢ;  `out` may be one of the Aᵢ. No terms: zero. */
  combine(out: Matrix, terms: readonly Term[]): void;
  /** out = A + Aᵀ, exactly symmetric;  A is square, and `out` may be A. */
  addTranspose(a: Matrix, out: Matrix): void;
  /**
   * Solves A · out = B by LU with partial pivoting. A is [n, n] and is overwritten; `out` may be B.
   * status [1, 1] becomes 0, or, when a pivot is zero or not finite, 1 + its index; then `out` holds anything.
   */
  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void;
  /** For entry n in row j and column k of the pattern: out[n] = left[j] · right[k];  out is [entries, 1]. */
  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void;
  /** out = α · T · B + β · out, T sparse. */
  sparseGemm(
    sparse: SparseMatrix,
    b: Matrix,
    out: Matrix,
    options?: { readonly alpha?: number; readonly beta?: number },
  ): void;
  /** Every element becomes the value. */
  fill(out: Matrix, value: number): void;
  /**
   * maxima[i] = maxⱼ A[i,j],  A[i,j] ← exp(A[i,j] − maxima[i]),  sums[i] = Σⱼ A[i,j] of the new A;  maxima and sums are
   * [rows, 1], and A has columns. For dense softmax alone: where a backend leaves it out, the host does it.
   */
  readonly exponentiateRows?: ((a: Matrix, maxima: Matrix, sums: Matrix) => void) | undefined;
}

/** What a backend holds now. */
export interface MemoryStats {
  /** Matrices allocated and not disposed (views do not count). */
  readonly buffers: number;
  readonly bytes: number;
}

/**
 * Where the dense arithmetic of a layer runs. A value made by a factory; no registry, no global state.
 * Core validates, backends compute: wrap one in {@link checked} while developing against it.
 */
export interface Backend extends Kernels, AsyncDisposable {
  readonly name: string;
  /** The code that does the work, as benchmarks and `doctor` print it: `"ml-matrix 6.15.1"`, `"OpenBLAS 0.3.21 SkylakeX"`. */
  readonly kernel: string;
  readonly threads: number;
  readonly supports: Capabilities;
  readonly numerics: Numerics;

  /** A new matrix of zeros. */
  allocate(rows: number, columns: number): Matrix;
  /** True for a matrix that this instance allocated, and for views of one. */
  owns(matrix: Matrix): boolean;
  /** A rectangle of a matrix, sharing its memory. Views of views are allowed. */
  view(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix;
  /** Copies host numbers, row-major and without gaps, into a matrix or view, rounding to the backend's type. */
  write(matrix: Matrix, data: FloatArray): void;
  /** Copies matrices or views to the host, row-major without gaps, one after the other, when all kernels before have run. */
  readMany(matrices: readonly Matrix[]): Promise<FloatArray[]>;
  /** Resolves when every kernel called before has run. */
  settle(): Promise<void>;
  /**
   * The live numbers of a matrix or view whose rows lie without gaps in memory that the host addresses; undefined where they
   * do not. What kernels wrote is in them after `settle` or `readMany`, and kernels called later see what is written to
   * them. Valid as long as the matrix is. A backend without such memory leaves this out.
   */
  hostView?(matrix: Matrix): FloatArray | undefined;
  /**
   * The product A B of square host matrices [size, size] in float64, whatever the backend's own type. Left out, or
   * undefined, where loops in JavaScript are as fast.
   */
  multiplyFloat64?(a: Float64Array, b: Float64Array, size: number): Float64Array | undefined;
  stats(): MemoryStats;
}

export interface BackendOptions {
  /** Element type; the backend's own default unless told. Throws ERR_UNSUPPORTED where `supports` says no. */
  readonly dtype?: Dtype;
  /** Number of threads; more than one needs `supports.threads`. */
  readonly threads?: number;
}

export type Probe =
  | {
      readonly available: true;
      readonly kernel: string;
      readonly software: boolean;
      /** Limits of the device by name, and why a better one is not used: `doctor` shows them. */
      readonly details?: Readonly<Record<string, number | string>>;
    }
  | { readonly available: false; readonly reason: string };

/** What a backend package exports: a way to ask whether it can run here, and a way to make one. */
export interface BackendModule {
  readonly name: string;
  readonly supports: Capabilities;
  /** Never throws; `software` marks a software emulation of a device, which is never picked automatically. */
  probe(): Promise<Probe>;
  /** Throws ERR_BACKEND_UNAVAILABLE with the probe's reason, ERR_UNSUPPORTED, ERR_OPTION. Instances are isolated. */
  create(options?: BackendOptions): Promise<Backend>;
}

/** A host matrix or a matrix of the layer's own backend. */
export type MatrixLike = HostMatrix | Matrix;
