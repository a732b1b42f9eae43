type Numbers = Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** A typed array that grows as numbers are pushed: amortised O(1) each. */
export class Growing<T extends Numbers> {
  readonly #make: new (
    length: number,
  ) => T;
  #items: T;
  #length = 0;

  constructor(make: new (length: number) => T) {
    this.#make = make;
    this.#items = new make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(item: number): void {
    if (this.#length === this.#items.length) {
      const items = new this.#make(2 * this.#items.length);
      items.set(this.#items);
      this.#items = items;
    }
    this.#items[this.#length] = item;
    this.#length += 1;
  }

  /** Keeps the room for what comes next. */
  clear(): void {
    this.#length = 0;
  }

  /** A view of what has been pushed, until the next push. */
  view(): T {
    return this.#items.subarray(0, this.#length) as T;
  }
}
