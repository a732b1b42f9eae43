import type { Dtype, FloatArray, RowStore } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { bytesOf, floatArray } from "../matrix.ts";

export interface MemoryRowsOptions {
  /** D, 1 … 2³² − 1. */
  readonly outputs: number;
  readonly features: number;
  readonly dtype: Dtype;
}

/** Largest D: ids are 32-bit, and the count must be one of them too. */
const mostOutputs = 2 ** 32 - 1;

/** Elements in a chunk, at most (but one row at least): small enough that scattered rows leave most chunks unallocated. */
const chunkElements = 2 ** 20;

/** From this many features on, a block copy of a row beats a loop. */
const blockCopyFeatures = 96;

/**
 * Rows in memory, in chunks that are allocated when first written: D may be 2³² − 1, and only chunks with written
 * rows take memory. Reading and writing are synchronous, O(features) a row.
 *
 * @throws WideheadError ERR_OPTION; `write` throws ERR_MEMORY when an allocation fails, and then has changed nothing
 */
export function memoryRows(options: MemoryRowsOptions): RowStore {
  const { outputs, features, dtype } = options;
  checkCount("outputs", outputs, mostOutputs);
  checkCount("features", features, Number.MAX_SAFE_INTEGER);
  return new MemoryRows(outputs, features, dtype);
}

interface Chunk {
  readonly rows: FloatArray;
  /** Epoch + 1 of each row; 0 marks a row never written. */
  readonly stamps: Uint32Array;
}

class MemoryRows implements RowStore {
  readonly features: number;
  readonly dtype: Dtype;
  readonly #chunks: (Chunk | undefined)[] = [];
  /** A chunk holds 2^shift rows: id >>> shift is its index, id & mask the row inside. */
  readonly #shift: number;
  readonly #mask: number;
  #outputs: number;
  #touched = 0;
  #bytes = 0;

  constructor(outputs: number, features: number, dtype: Dtype) {
    this.features = features;
    this.dtype = dtype;
    this.#outputs = outputs;
    this.#shift = Math.max(0, Math.floor(Math.log2(chunkElements / features)));
    this.#mask = 2 ** this.#shift - 1;
  }

  get outputs(): number {
    return this.#outputs;
  }

  get touched(): number {
    return this.#touched;
  }

  get bytes(): number {
    return this.#bytes;
  }

  read(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void {
    for (let i = 0; i < ids.length; i += 1) {
      const chunk = this.#chunks[ids[i] >>> this.#shift];
      const row = ids[i] & this.#mask;
      const stamp = chunk === undefined ? 0 : chunk.stamps[row];
      if (chunk === undefined || stamp === 0) {
        rows.fill(0, i * this.features, (i + 1) * this.features);
        epochs[i] = 0;
      } else {
        copyRow(chunk.rows, row * this.features, rows, i * this.features, this.features);
        epochs[i] = stamp - 1;
      }
    }
  }

  write(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void {
    for (let i = 0; i < ids.length; i += 1) this.#ensureChunk(ids[i] >>> this.#shift);
    for (let i = 0; i < ids.length; i += 1) {
      const chunk = this.#chunks[ids[i] >>> this.#shift] as Chunk;
      const row = ids[i] & this.#mask;
      if (chunk.stamps[row] === 0) this.#touched += 1;
      chunk.stamps[row] = epochs[i] + 1;
      copyRow(rows, i * this.features, chunk.rows, row * this.features, this.features);
    }
  }

  scan(first: number, count: number, rows: FloatArray, epochs: Uint32Array): void {
    for (let done = 0; done < count; ) {
      const id = first + done;
      const row = id & this.#mask;
      const length = Math.min(count - done, this.#mask + 1 - row);
      const chunk = this.#chunks[id >>> this.#shift];
      const begin = done * this.features;
      if (chunk === undefined) {
        rows.fill(0, begin, begin + length * this.features);
        epochs.fill(0, done, done + length);
      } else {
        rows.set(chunk.rows.subarray(row * this.features, (row + length) * this.features), begin);
        for (let i = 0; i < length; i += 1) epochs[done + i] = Math.max(0, chunk.stamps[row + i] - 1);
      }
      done += length;
    }
  }

  grow(count: number): void {
    checkCount("count", count, mostOutputs - this.#outputs);
    this.#outputs += count;
  }

  #ensureChunk(index: number): void {
    if (this.#chunks[index] !== undefined) return;
    const rows = this.#mask + 1;
    const elements = rows * this.features;
    const needed = elements * bytesOf(this.dtype) + rows * Uint32Array.BYTES_PER_ELEMENT;
    try {
      this.#chunks[index] = { rows: floatArray(this.dtype, elements), stamps: new Uint32Array(rows) };
    } catch (cause) {
      throw new WideheadError(
        "ERR_MEMORY",
        `rows: no memory for ${needed} more bytes beside the ${this.#bytes} held`,
        { needed, held: this.#bytes },
        { cause },
      );
    }
    this.#bytes += needed;
  }
}

function copyRow(source: FloatArray, from: number, target: FloatArray, to: number, length: number): void {
  if (length >= blockCopyFeatures) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i += 1) target[to + i] = source[from + i];
}

function checkCount(argument: string, actual: number, most: number): void {
  if (Number.isInteger(actual) && actual >= 1 && actual <= most) return;
  throw new WideheadError("ERR_OPTION", `rows: ${argument} must be an integer from 1 to ${most}, got ${actual}`, {
    argument,
    expected: [1, most],
    actual,
  });
}
