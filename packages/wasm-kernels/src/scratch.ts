import type { SparseMatrix, SparsePattern, Term } from "@widehead/core";
import type { Arena, Block } from "./arena.ts";
import type { SimdMatrix } from "./matrix.ts";

const TERM_BYTES = 24;

/** Where the host arguments of one kernel call are put; kept between calls, and replaced by a larger one when too small. */
export class Scratch {
  readonly #arena: Arena;
  #block: Block;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#block = arena.allocate(0);
  }

  /** The address of so many bytes, with whatever was in them, until the next call. Throws ERR_MEMORY. */
  reserve(bytes: number): number {
    if (this.#block.bytes < bytes) {
      const larger = this.#arena.allocate(1.5 * bytes);
      this.#arena.free(this.#block);
      this.#block = larger;
    }
    return this.#block.address;
  }

  /** The table that `combine` reads; `size` is that of an element. */
  putTerms(terms: readonly Term[], size: number): number {
    const address = this.reserve(TERM_BYTES * terms.length);
    const { indices, float64 } = this.#arena;
    let position = address / 4;
    for (const { matrix, factor = 1, scale } of terms) {
      const source = matrix as SimdMatrix;
      const factors = scale as SimdMatrix | undefined;
      indices[position] = source.address;
      indices[position + 1] = source.stride * size;
      indices[position + 2] = factors === undefined ? 0 : factors.address;
      indices[position + 3] = factors === undefined ? 0 : factors.stride * size;
      float64[position / 2 + 2] = factor;
      position += TERM_BYTES / 4;
    }
    return address;
  }

  /** Offsets and, right behind them, column ids. */
  putPattern({ offsets, columnIds }: SparsePattern): number {
    const address = this.reserve(4 * (offsets.length + columnIds.length));
    this.#putIndices(address, offsets, columnIds);
    return address;
  }

  /** Values and, right behind them, offsets and column ids. */
  putSparse({ values, offsets, columnIds }: SparseMatrix): number {
    const address = this.reserve(8 * values.length + 4 * (offsets.length + columnIds.length));
    this.#arena.float64.set(values, address / 8);
    this.#putIndices(address + 8 * values.length, offsets, columnIds);
    return address;
  }

  #putIndices(address: number, offsets: Uint32Array, columnIds: Uint32Array): void {
    const { indices } = this.#arena;
    indices.set(offsets, address / 4);
    indices.set(columnIds, address / 4 + offsets.length);
  }
}
