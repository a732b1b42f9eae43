import type { Matrix } from "@widehead/core";

/** A buffer of the device with a number that no other buffer of this process has. */
export interface Storage {
  readonly id: number;
  readonly buffer: GPUBuffer;
  readonly bytes: number;
}

/** A matrix whose element [i, j] is number offset + i · stride + j of a buffer. */
export class GpuMatrix implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly storage: Storage;
  readonly offset: number;
  readonly stride: number;
  readonly #parent: GpuMatrix | undefined;
  readonly #release: () => void;
  #disposed = false;

  /** @param release  what disposing gives back */
  constructor(
    rows: number,
    columns: number,
    { storage, offset, stride }: Pick<GpuMatrix, "storage" | "offset" | "stride">,
    release: () => void = () => {},
    parent?: GpuMatrix,
  ) {
    this.rows = rows;
    this.columns = columns;
    this.storage = storage;
    this.offset = offset;
    this.stride = stride;
    this.#release = release;
    this.#parent = parent;
  }

  get disposed(): boolean {
    return this.#disposed || (this.#parent?.disposed ?? false);
  }

  get length(): number {
    return this.rows * this.columns;
  }

  /** True where the numbers lie one after the other. */
  get contiguous(): boolean {
    return this.stride === this.columns || this.rows <= 1;
  }

  /** A rectangle, over the same memory. */
  window(row: number, column: number, rows: number, columns: number): GpuMatrix {
    const { storage, stride } = this;
    const offset = this.offset + row * stride + column;
    return new GpuMatrix(rows, columns, { storage, offset, stride }, undefined, this);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release();
  }
}
