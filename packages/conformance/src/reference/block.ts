import type { FloatArray, Matrix } from "@widehead/core";
import type { Stretch } from "./arithmetic.ts";

/** A matrix: rows of consecutive numbers in one array, `stride` apart, the first at `offset`. */
export class Block implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: FloatArray;
  readonly offset: number;
  readonly stride: number;
  readonly #parent: Block | undefined;
  readonly #release: () => void;
  #disposed = false;

  /** @param release  what disposing gives back */
  constructor(
    shape: readonly [rows: number, columns: number],
    memory: { readonly data: FloatArray; readonly offset: number; readonly stride: number },
    release: () => void,
    parent?: Block,
  ) {
    [this.rows, this.columns] = shape;
    this.data = memory.data;
    this.offset = memory.offset;
    this.stride = memory.stride;
    this.#release = release;
    this.#parent = parent;
  }

  get disposed(): boolean {
    return this.#disposed || (this.#parent?.disposed ?? false);
  }

  row(index: number): Stretch {
    return { data: this.data, at: this.offset + index * this.stride };
  }

  window(row: number, column: number, rows: number, columns: number): Block {
    const offset = this.offset + row * this.stride + column;
    return new Block([rows, columns], { data: this.data, offset, stride: this.stride }, () => {}, this);
  }

  /** The rows of this matrix, or of its transpose packed into new memory. */
  operand(transpose: boolean): Block {
    if (!transpose) return this;
    const data = this.data.slice(0, this.rows * this.columns);
    for (let i = 0; i < this.rows; i += 1) {
      const { at } = this.row(i);
      for (let j = 0; j < this.columns; j += 1) data[j * this.rows + i] = this.data[at + j]!;
    }
    return new Block([this.columns, this.rows], { data, offset: 0, stride: this.rows }, () => {});
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
  }
}
