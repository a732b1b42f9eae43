import type { Matrix } from "@widehead/core";
import { AbstractMatrix, Matrix as DenseMatrix } from "ml-matrix";

/** Where a block lies: element [i, j] is data[offset + i · rowStride + j · columnStride]. */
export interface Layout {
  readonly data: Float64Array;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/**
 * A matrix over one Float64Array that is a handle of the contract and an operand of ml-matrix at once, so that views and
 * transposes cost no copy and `mmul` runs on them at its full speed.
 */
export class Block extends AbstractMatrix implements Matrix, Layout {
  override readonly rows: number;
  override readonly columns: number;
  readonly data: Float64Array;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly #parent: Block | undefined;
  readonly #release: () => void;
  #disposed = false;

  /** @param release  what disposing gives back */
  constructor(rows: number, columns: number, layout: Layout, release: () => void = () => {}, parent?: Block) {
    super();
    this.rows = rows;
    this.columns = columns;
    this.data = layout.data;
    this.offset = layout.offset;
    this.rowStride = layout.rowStride;
    this.columnStride = layout.columnStride;
    this.#release = release;
    this.#parent = parent;
  }

  get disposed(): boolean {
    return this.#disposed || (this.#parent?.disposed ?? false);
  }

  override get(row: number, column: number): number {
    return this.data[this.offset + row * this.rowStride + column * this.columnStride]!;
  }

  override set(row: number, column: number, value: number): this {
    this.data[this.offset + row * this.rowStride + column * this.columnStride] = value;
    return this;
  }

  /** Where row i begins in `data`. */
  rowStart(row: number): number {
    return this.offset + row * this.rowStride;
  }

  /** The transpose, over the same memory. */
  transposed(): Block {
    const { data, offset, rowStride, columnStride } = this;
    return new Block(this.columns, this.rows, { data, offset, rowStride: columnStride, columnStride: rowStride });
  }

  /** A rectangle, over the same memory. */
  window(row: number, column: number, rows: number, columns: number): Block {
    const { data, rowStride, columnStride } = this;
    const offset = this.rowStart(row) + column * columnStride;
    return new Block(rows, columns, { data, offset, rowStride, columnStride }, undefined, this);
  }

  /** A copy in ml-matrix's own form. */
  toDense(): DenseMatrix {
    const copy = new DenseMatrix(this.rows, this.columns);
    for (let i = 0; i < this.rows; i += 1) {
      for (let j = 0; j < this.columns; j += 1) copy.set(i, j, this.get(i, j));
    }
    return copy;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
  }
}
