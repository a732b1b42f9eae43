import type { Matrix } from "@widehead/core";

/** A matrix, or a view of one, in the memory of a SIMD backend. */
export class SimdMatrix implements Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Of element [0, 0], in bytes from the beginning of the memory. */
  readonly address: number;
  /** From one row to the next, in elements. */
  readonly stride: number;
  /** What allocated it. */
  readonly owner: object;
  readonly #parent: SimdMatrix | undefined;
  readonly #release: (() => void) | undefined;
  #disposed = false;

  /** @param origin  the matrix that this is a view of, or what disposing gives back */
  constructor(
    owner: object,
    address: number,
    stride: number,
    rows: number,
    columns: number,
    origin: SimdMatrix | (() => void),
  ) {
    this.owner = owner;
    this.address = address;
    this.stride = stride;
    this.rows = rows;
    this.columns = columns;
    if (origin instanceof SimdMatrix) this.#parent = origin;
    else this.#release = origin;
  }

  get disposed(): boolean {
    return this.#disposed || (this.#parent?.disposed ?? false);
  }

  /** True where row follows row without a gap. */
  get packed(): boolean {
    return this.stride === this.columns || this.rows < 2;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#release?.();
  }
}
