import type { Dtype, FloatArray } from "./matrix.ts";

/**
 * Where the rows of V [D, d] live, each with the epoch (number of refactorings) up to which it has been brought.
 * A row never written is zero. Each method may be synchronous or return a promise; calls are never concurrent.
 */
export interface RowStore {
  readonly outputs: number;
  readonly features: number;
  readonly dtype: Dtype;
  /** Rows that have been written at least once, or an upper bound of that. */
  readonly touched: number;
  readonly bytes: number;
  /** Reads the rows of ids, in their order, into rows [ids.length, features] and epochs [ids.length]. */
  read(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void | Promise<void>;
  /** Writes the rows of ids, which are distinct. */
  write(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void | Promise<void>;
  /** Reads `count` consecutive rows from `first`. */
  scan(first: number, count: number, rows: FloatArray, epochs: Uint32Array): void | Promise<void>;
  /** Adds `count` outputs, whose rows are zero. */
  grow(count: number): void | Promise<void>;
}
