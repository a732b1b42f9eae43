/** Whether rows apply to examples, as lists that keep their memory between batches: no allocation once they are long enough. */
export class Classifications {
  /** [m + 1] where each example's entries begin. */
  offsets: Uint32Array = new Uint32Array(1);
  /** Row of each entry. */
  rows: Uint32Array = new Uint32Array(1024);
  /** 1 where the row applies, 0 where not. */
  labels: Uint8Array = new Uint8Array(1024);
  /** Factor of the entry's loss. */
  weights: Float64Array = new Float64Array(1024);
  /** What is subtracted from the row's output before it is judged. */
  shifts: Float64Array = new Float64Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Begins a batch of `examples`. */
  clear(examples: number): void {
    this.#count = 0;
    if (this.offsets.length !== examples + 1) this.offsets = new Uint32Array(examples + 1);
  }

  /** Adds an entry to the example that is being filled. */
  push(row: number, label: 0 | 1, weight: number, shift: number): void {
    const at = this.#count;
    if (at === this.rows.length) this.#double();
    this.rows[at] = row;
    this.labels[at] = label;
    this.weights[at] = weight;
    this.shifts[at] = shift;
    this.#count = at + 1;
  }

  /** Ends the example; those after it begin here. */
  endExample(example: number): void {
    this.offsets[example + 1] = this.#count;
  }

  #double(): void {
    const length = 2 * this.rows.length;
    const { rows, labels, weights, shifts } = this;
    this.rows = new Uint32Array(length);
    this.rows.set(rows);
    this.labels = new Uint8Array(length);
    this.labels.set(labels);
    this.weights = new Float64Array(length);
    this.weights.set(weights);
    this.shifts = new Float64Array(length);
    this.shifts.set(shifts);
  }
}
