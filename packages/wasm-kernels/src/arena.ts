import { WideheadError } from "@widehead/core";

/** What the arena needs of a WebAssembly.Memory. */
export interface GrowableMemory {
  readonly buffer: ArrayBufferLike;
  grow(pages: number): number;
}

/** A piece of an arena. */
export interface Block {
  readonly address: number;
  readonly bytes: number;
}

export interface ArenaOptions {
  /** The first byte that the arena may use. */
  readonly base: number;
  /** How large the memory may become, in bytes; 4 GiB unless told. */
  readonly maximumBytes?: number;
}

const ALIGNMENT = 64;
const PAGE = 65536;

/** An address one past the last byte must still fit 32 bits. */
const LARGEST_MEMORY = 2 ** 32 - ALIGNMENT;

/** A range between its neighbours in address order, free or not. */
interface Range {
  address: number;
  bytes: number;
  free: boolean;
  /** Where it is in its bin, while it is free. */
  slot: number;
  before: Range | undefined;
  after: Range | undefined;
}

/**
 * Allocates from one memory that grows on demand. Free ranges are kept in bins of eight to a power of two and merge with
 * free neighbours, so that allocating and freeing take O(1) and fragmentation stays bounded [Masmano et al. 2004, TLSF].
 */
export class Arena {
  readonly #memory: GrowableMemory;
  readonly #maximumBytes: number;
  readonly #bins: Range[][] = Array.from({ length: binOf(2 ** 32) + 1 }, () => []);
  #last: Range | undefined;
  #end: number;
  #held = 0;
  #buffer!: ArrayBufferLike;
  #bytes!: Uint8Array;
  #indices!: Uint32Array;
  #float32!: Float32Array;
  #float64!: Float64Array;

  constructor(memory: GrowableMemory, { base, maximumBytes = LARGEST_MEMORY }: ArenaOptions) {
    this.#memory = memory;
    this.#maximumBytes = Math.min(maximumBytes, LARGEST_MEMORY);
    this.#end = Math.ceil(base / ALIGNMENT) * ALIGNMENT;
    this.#remakeViews();
    this.#extend(Math.min(memory.buffer.byteLength, this.#maximumBytes));
  }

  /** The memory as it is now: growing may replace it, and then views of the old one are empty. */
  get buffer(): ArrayBufferLike {
    return this.#buffer;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get indices(): Uint32Array {
    return this.#indices;
  }

  get float32(): Float32Array {
    return this.#float32;
  }

  get float64(): Float64Array {
    return this.#float64;
  }

  /** Bytes in blocks that are not freed. */
  get held(): number {
    return this.#held;
  }

  /** At least so many bytes, aligned to 64, with whatever was in them. Throws ERR_MEMORY, and then nothing has changed. */
  allocate(bytes: number): Block {
    const needed = Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;
    const range = this.#find(needed) ?? this.#grow(needed);
    this.#removeFree(range);
    this.#split(range, needed);
    this.#held += range.bytes;
    return range;
  }

  /** Gives back a block that `allocate` returned, once. */
  free(block: Block): void {
    const range = block as Range;
    this.#held -= range.bytes;
    this.#addFree(this.#merge(range));
  }

  #find(bytes: number): Range | undefined {
    if (bytes > this.#maximumBytes) return undefined;
    const own = binOf(bytes);
    const fitting = this.#bins[own]!.find((range) => range.bytes >= bytes);
    if (fitting !== undefined) return fitting;
    for (let bin = own + 1; bin < this.#bins.length; bin += 1) {
      if (this.#bins[bin]!.length > 0) return this.#bins[bin]!.at(-1);
    }
    return undefined;
  }

  /** A free range at the end of a larger memory: an eighth more than needed where there is room. */
  #grow(bytes: number): Range {
    const atEnd = this.#last?.free ? this.#last.bytes : 0;
    const end = this.#end + bytes - atEnd;
    for (const target of [Math.min(Math.ceil(end * 1.125), this.#maximumBytes), end]) {
      if (end > this.#maximumBytes) break;
      const pages = Math.ceil((target - this.#buffer.byteLength) / PAGE);
      if (pages > 0 && !this.#growMemory(pages)) continue;
      return this.#extend(Math.min(this.#buffer.byteLength, this.#maximumBytes))!;
    }
    const held = this.#held;
    const limit = this.#maximumBytes;
    throw new WideheadError(
      "ERR_MEMORY",
      `allocate: ${bytes} bytes must fit beside the ${held} held, but the memory cannot grow so far (limit ${limit})`,
      { op: "allocate", needed: bytes, held, limit },
    );
  }

  #growMemory(pages: number): boolean {
    try {
      this.#memory.grow(pages);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.#remakeViews();
    return true;
  }

  #remakeViews(): void {
    const { buffer } = this.#memory;
    this.#buffer = buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#indices = new Uint32Array(buffer);
    this.#float32 = new Float32Array(buffer);
    this.#float64 = new Float64Array(buffer);
  }

  /** Adds what lies between the old end and the new one; returns the free range that ends there. */
  #extend(end: number): Range | undefined {
    const bytes = Math.floor((end - this.#end) / ALIGNMENT) * ALIGNMENT;
    if (bytes <= 0) return this.#last;
    const range: Range = { address: this.#end, bytes, free: false, slot: 0, before: this.#last, after: undefined };
    if (this.#last !== undefined) this.#last.after = range;
    this.#last = range;
    this.#end += bytes;
    const merged = this.#merge(range);
    this.#addFree(merged);
    return merged;
  }

  /** The range together with its free neighbours, which leave their bins. */
  #merge(range: Range): Range {
    let merged = range;
    if (range.before?.free) {
      merged = range.before;
      this.#removeFree(merged);
      this.#absorbNext(merged);
    }
    if (merged.after?.free) {
      this.#removeFree(merged.after);
      this.#absorbNext(merged);
    }
    return merged;
  }

  #absorbNext(range: Range): void {
    const next = range.after!;
    range.bytes += next.bytes;
    range.after = next.after;
    if (range.after === undefined) this.#last = range;
    else range.after.before = range;
  }

  /** Cuts the range to `bytes`; the rest becomes free. */
  #split(range: Range, bytes: number): void {
    if (range.bytes === bytes) return;
    const address = range.address + bytes;
    const rest: Range = {
      address,
      bytes: range.bytes - bytes,
      free: false,
      slot: 0,
      before: range,
      after: range.after,
    };
    if (rest.after === undefined) this.#last = rest;
    else rest.after.before = rest;
    range.after = rest;
    range.bytes = bytes;
    this.#addFree(rest);
  }

  #addFree(range: Range): void {
    const bin = this.#bins[binOf(range.bytes)]!;
    range.free = true;
    range.slot = bin.push(range) - 1;
  }

  #removeFree(range: Range): void {
    const bin = this.#bins[binOf(range.bytes)]!;
    const moved = bin.pop()!;
    if (moved !== range) {
      bin[range.slot] = moved;
      moved.slot = range.slot;
    }
    range.free = false;
  }
}

/** Eight bins to a power of two: what is in a higher bin is larger. */
function binOf(bytes: number): number {
  const units = bytes / ALIGNMENT;
  if (units < 8) return units;
  const exponent = 31 - Math.clz32(units);
  return (exponent - 2) * 8 + ((units >>> (exponent - 3)) & 7);
}
