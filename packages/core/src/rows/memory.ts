import type { Dtype, FloatArray, RowStore, Scanned } from "../contract/index.ts";
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

/** Elements in a slab of rows, at most (but one row at least). */
const slabElements = 2 ** 18;

/** Ids that share a page of slots: few, so that scattered ids cost about a kilobyte each at the worst. */
const pageBits = 8;
const pageSize = 2 ** pageBits;
/** Pages that share a directory: a lookup is three loads, where a Map's would be a hash and a search. */
const directoryBits = 12;
const directorySize = 2 ** directoryBits;

/** From this many features on, a block copy of a row beats a loop. */
const blockCopyFeatures = 96;

/**
 * Rows in memory, in the order in which they were first written: D may be 2³² − 1, and only written rows take memory.
 * Reading and writing are synchronous, O(features) a row.
 *
 * @throws WideheadError ERR_OPTION; `write` throws ERR_MEMORY when an allocation fails, and then no row has changed
 */
export function memoryRows(options: MemoryRowsOptions): RowStore {
  const { outputs, features, dtype } = options;
  checkCount("outputs", outputs, mostOutputs);
  checkCount("features", features, Number.MAX_SAFE_INTEGER);
  return new MemoryRows(outputs, features, dtype);
}

interface Slab {
  readonly rows: FloatArray;
  readonly epochs: Uint32Array;
  readonly ids: Uint32Array;
}

class MemoryRows implements RowStore {
  readonly features: number;
  readonly dtype: Dtype;
  /** Slot + 1 of each id, by page; 0 marks a row never written. */
  readonly #directories: ((Uint32Array | undefined)[] | undefined)[];
  readonly #slabs: Slab[] = [];
  /** A slab holds 2^shift rows: slot >>> shift is its index, slot & mask the row inside. */
  readonly #shift: number;
  readonly #mask: number;
  #outputs: number;
  #touched = 0;
  #bytes = 0;
  #staging: FloatArray;

  constructor(outputs: number, features: number, dtype: Dtype) {
    this.features = features;
    this.dtype = dtype;
    this.#outputs = outputs;
    this.#directories = new Array(2 ** (32 - pageBits - directoryBits)).fill(undefined);
    const enough = Math.ceil(Math.log2(outputs));
    this.#shift = Math.max(0, Math.min(enough, Math.floor(Math.log2(slabElements / features))));
    this.#mask = 2 ** this.#shift - 1;
    this.#staging = floatArray(dtype, 0);
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
    const { features } = this;
    const target = this.#beside(rows);
    for (let i = 0; i < ids.length; i += 1) {
      const slot = this.#slotOf(ids[i]);
      if (slot < 0) {
        target.fill(0, i * features, (i + 1) * features);
        epochs[i] = 0;
      } else {
        const slab = this.#slabs[slot >>> this.#shift];
        copyRow(slab.rows, (slot & this.#mask) * features, target, i * features, features);
        epochs[i] = slab.epochs[slot & this.#mask];
      }
    }
    if (target !== rows) rows.set(target.subarray(0, rows.length));
  }

  write(ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): void {
    this.#reserve(ids);
    const { features } = this;
    const source = this.#beside(rows);
    if (source !== rows) source.set(rows);
    for (let i = 0; i < ids.length; i += 1) {
      const slot = this.#claim(ids[i]);
      const slab = this.#slabs[slot >>> this.#shift];
      slab.epochs[slot & this.#mask] = epochs[i];
      copyRow(source, i * features, slab.rows, (slot & this.#mask) * features, features);
    }
  }

  /** A position is a slot. */
  scan(position: number, ids: Uint32Array, rows: FloatArray, epochs: Uint32Array): Scanned {
    const count = Math.min(ids.length, this.#touched - position);
    const { features } = this;
    for (let done = 0; done < count; ) {
      const slot = position + done;
      const first = slot & this.#mask;
      const length = Math.min(count - done, this.#mask + 1 - first);
      const slab = this.#slabs[slot >>> this.#shift];
      ids.set(slab.ids.subarray(first, first + length), done);
      epochs.set(slab.epochs.subarray(first, first + length), done);
      rows.set(slab.rows.subarray(first * features, (first + length) * features), done * features);
      done += length;
    }
    const next = position + count;
    return { count, next: next < this.#touched ? next : -1 };
  }

  grow(count: number): void {
    checkCount("count", count, mostOutputs - this.#outputs);
    this.#outputs += count;
  }

  /**
   * Where single rows are copied: the array itself, or one of the store's own where it lies in shared memory. Engines copy
   * that word by word, and byte by byte a row that is not aligned to words; all rows at once are fast and aligned.
   */
  #beside(rows: FloatArray): FloatArray {
    if (rows.buffer instanceof ArrayBuffer) return rows;
    if (this.#staging.length < rows.length) this.#staging = floatArray(this.dtype, rows.length);
    return this.#staging;
  }

  #slotOf(id: number): number {
    const page = this.#pageOf(id);
    return page === undefined ? -1 : page[id & (pageSize - 1)] - 1;
  }

  /** The slot of an id, the next free one where it has none; there is memory for it. */
  #claim(id: number): number {
    const slot = this.#slotOf(id);
    if (slot >= 0) return slot;
    const fresh = this.#touched;
    this.#touched += 1;
    this.#pageOf(id)![id & (pageSize - 1)] = fresh + 1;
    this.#slabs[fresh >>> this.#shift].ids[fresh & this.#mask] = id;
    return fresh;
  }

  /** Makes room for the rows of these ids, before any of them is written. */
  #reserve(ids: Uint32Array): void {
    let rows = this.#touched;
    for (let i = 0; i < ids.length; i += 1) {
      if (this.#slotOf(ids[i]) >= 0) continue;
      rows += 1;
      this.#addPage(ids[i]);
    }
    while (this.#slabs.length * (this.#mask + 1) < rows) this.#slabs.push(this.#allocateSlab());
  }

  #pageOf(id: number): Uint32Array | undefined {
    return this.#directories[id >>> (pageBits + directoryBits)]?.[(id >>> pageBits) & (directorySize - 1)];
  }

  #addPage(id: number): void {
    if (this.#pageOf(id) !== undefined) return;
    const page = this.#allocate(pageSize * Uint32Array.BYTES_PER_ELEMENT, () => new Uint32Array(pageSize));
    const at = id >>> (pageBits + directoryBits);
    const directory = this.#directories[at] ?? new Array(directorySize).fill(undefined);
    this.#directories[at] = directory;
    directory[(id >>> pageBits) & (directorySize - 1)] = page;
  }

  #allocateSlab(): Slab {
    const rows = this.#mask + 1;
    const elements = rows * this.features;
    const bytes = elements * bytesOf(this.dtype) + 2 * rows * Uint32Array.BYTES_PER_ELEMENT;
    return this.#allocate(bytes, () => ({
      rows: floatArray(this.dtype, elements),
      epochs: new Uint32Array(rows),
      ids: new Uint32Array(rows),
    }));
  }

  #allocate<T>(needed: number, make: () => T): T {
    try {
      const made = make();
      this.#bytes += needed;
      return made;
    } catch (cause) {
      throw new WideheadError(
        "ERR_MEMORY",
        `rows: no memory for ${needed} more bytes beside the ${this.#bytes} held`,
        { needed, held: this.#bytes },
        { cause },
      );
    }
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
