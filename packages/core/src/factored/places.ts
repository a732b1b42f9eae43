import type { Backend, Matrix } from "../contract/index.ts";

/** Rows that move between two blocks, so that a product need not be copied back: each row is in one or the other. */
export class Places {
  readonly #backend: Backend;
  readonly #blocks: readonly [Matrix, Matrix];
  /** [r] which block holds each row. */
  readonly #place: Uint8Array;

  /** All rows begin in the first block. */
  constructor(backend: Backend, block: Matrix, other: Matrix) {
    this.#backend = backend;
    this.#blocks = [block, other];
    this.#place = new Uint8Array(block.rows);
  }

  /** Rows begin … end − 1 times a matrix [d, d]. */
  multiply(begin: number, end: number, matrix: Matrix): void {
    const from = this.#place[begin]!;
    this.collect(begin, end, from);
    this.#backend.gemm(this.#rows(from, begin, end), matrix, this.#rows(1 - from, begin, end));
    this.#place.fill(1 - from, begin, end);
  }

  /** Copies those of the rows begin … end − 1 to a block that are not there. */
  collect(begin: number, end: number, to: number): void {
    for (let first = begin; first < end; first += 1) {
      if (this.#place[first] === to) continue;
      let last = first + 1;
      while (last < end && this.#place[last] !== to) last += 1;
      this.#backend.combine(this.#rows(to, first, last), [{ matrix: this.#rows(1 - to, first, last) }]);
      this.#place.fill(to, first, last);
    }
  }

  #rows(block: number, begin: number, end: number): Matrix {
    const matrix = this.#blocks[block]!;
    return this.#backend.view(matrix, begin, 0, end - begin, matrix.columns);
  }
}
