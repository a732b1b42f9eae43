import type { KernelSource } from "./source.ts";

/** The numbers of an allocation, row-major without gaps; only the engine that made it knows where they are. */
export interface Storage {
  readonly rows: number;
  readonly columns: number;
  readonly bytes: number;
}

/** Elements of a storage: [i, j] is number origin + i · rowStride + j · columnStride of it. */
export interface Window {
  readonly storage: Storage;
  readonly rows: number;
  readonly columns: number;
  readonly origin: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** What a kernel is called with: a matrix, a list of host numbers, or a number. */
export type Argument = Window | Float32Array | number;

/** gpu.js in one of its modes. Calls take effect in order; those that return promises are awaited before the next. */
export interface Engine {
  /** A storage of zeros. Throws ERR_MEMORY. */
  allocate(rows: number, columns: number): Storage;
  release(storage: Storage): void;
  write(out: Window, data: Float32Array): void;
  /** out ← kernel; it may read out. Windows that are written are not transposed. */
  compute(source: KernelSource, args: readonly Argument[], out: Window): void;
  /** out ← α · a · b + β · out, out unread where β is 0; out overlaps neither. Not empty. */
  multiply(a: Window, b: Window, out: Window, alpha: number, beta: number): void;
  /**
   * Solves a · out = b by LU with partial pivoting; out may be b. status becomes 0, or 1 + the index of the first pivot that
   * is zero or not finite; then out holds anything. a has rows.
   */
  solve(a: Window, b: Window, out: Window, status: Window): void;
  /** Copies, row-major without gaps. One transfer for all. */
  read(windows: readonly Window[]): Promise<Float32Array[]>;
  /** False once the GPU was lost. */
  works(): boolean;
  destroy(): Promise<void>;
}

/** The window of a transpose. */
export function transposed({ storage, rows, columns, origin, rowStride, columnStride }: Window): Window {
  return { storage, rows: columns, columns: rows, origin, rowStride: columnStride, columnStride: rowStride };
}
