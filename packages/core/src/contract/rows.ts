import type { Dtype, FloatArray } from "./matrix.ts";

/** What {@link RowStore.scan} read. */
export interface Scanned {
  readonly count: number;
  /** Where to go on; −1 at the end. */
  readonly next: number;
}

/**
 * Where the rows of V [D, d] live, each with the epoch (number of refactorings) up to which it has been brought.
 * A row never written is zero. Each method may be synchronous or return a promise; calls are never concurrent.
 */
export interface RowStore {
  readonly outputs: number;
  readonly features: number;
  readonly dtype: Dtype;
  /** Rows that have been written at least once. */
  readonly touched: number;
  readonly bytes: number;
  /** Reads the rows of ids, in their order, into rows [ids.length, features] and epochs [ids.length]. */
  read(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void | Promise<void>;
  /** Writes the rows of ids, which are distinct. */
  write(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void | Promise<void>;
  /**
   * Reads rows that have been written, as many as the arrays hold, from a position in an order of the store's own; each
   * written row comes once in a scan from position 0 to the end.
   */
  scan(position: number, ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): Scanned | Promise<Scanned>;
  /** Adds `count` outputs, whose rows are zero. */
  grow(count: number): void | Promise<void>;
}
