/** Numbers the distinct rows of a batch in the order of their first appearance, O(1) a row, without allocating for each. */
export class DistinctRows {
  /** `#base` + 1 + slot of a row of this batch; at most `#base` for all others. */
  #marks = new Uint32Array(0);
  #rows = new Uint32Array(0);
  #base = 0;
  #count = 0;

  /** Begins a batch of at most `most` rows, out of `total`. */
  begin(total: number, most: number): void {
    this.#base += this.#count;
    this.#count = 0;
    if (this.#marks.length < total || this.#base + most >= 2 ** 32) {
      this.#marks = new Uint32Array(total);
      this.#base = 0;
    }
    if (this.#rows.length < most) this.#rows = new Uint32Array(most);
  }

  /** The slot of a row, a new one where it is new. */
  add(row: number): number {
    const mark = this.#marks[row];
    if (mark > this.#base) return mark - this.#base - 1;
    const slot = this.#count;
    this.#rows[slot] = row;
    this.#count = slot + 1;
    this.#marks[row] = this.#base + slot + 1;
    return slot;
  }

  /** The rows by slot. */
  rows(): Uint32Array {
    return this.#rows.slice(0, this.#count);
  }
}
