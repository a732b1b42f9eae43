/** Where a row-major matrix lies in the process's memory. */
export class Place {
  readonly address: number;
  /** Numbers from one row to the next. */
  readonly stride: number;
  readonly #bytes: number;

  constructor(address: number, stride: number, bytes: number) {
    this.address = address;
    this.stride = stride;
    this.#bytes = bytes;
  }

  /** Address of an element. */
  at(row: number, column: number): number {
    return this.address + (row * this.stride + column) * this.#bytes;
  }

  /** What is left without the first columns. */
  from(column: number): Place {
    return new Place(this.at(0, column), this.stride, this.#bytes);
  }
}
