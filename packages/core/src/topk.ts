import type { FloatArray, TopK } from "./contract/index.ts";

/** Keeps, for each of `rows` examples, the k outputs of highest rank seen so far, in O(log k) for each that gets in. */
export class TopKCollector {
  readonly #rows: number;
  readonly #k: number;
  /** [rows, k], each row a heap whose root is the first to go. */
  readonly #ids: Uint32Array;
  readonly #ranks: Float64Array;
  readonly #outputs: Float64Array;
  readonly #rank: ((output: number) => number) | undefined;

  /** @param rank  what outputs are ordered by; the output itself unless given */
  constructor(rows: number, k: number, rank: ((output: number) => number) | undefined) {
    this.#rows = rows;
    this.#k = k;
    this.#rank = rank;
    this.#ids = new Uint32Array(rows * k).fill(0xffffffff);
    this.#ranks = new Float64Array(rows * k).fill(-Infinity);
    this.#outputs = new Float64Array(rows * k);
  }

  /** @param scores [rows, ids.length] outputs, plus bias [rows] where given */
  add(ids: Uint32Array, scores: FloatArray, bias?: Float64Array): void {
    const count = ids.length;
    for (let row = 0; row < this.#rows; row += 1) {
      const root = row * this.#k;
      const shift = bias === undefined ? 0 : bias[row];
      for (let i = 0; i < count; i += 1) {
        const output = scores[row * count + i] + shift;
        const rank = this.#rank === undefined ? output : this.#rank(output);
        if (rank > this.#ranks[root] || (rank === this.#ranks[root] && ids[i] < this.#ids[root])) {
          this.#replaceRoot(row, ids[i], rank, output);
        }
      }
    }
  }

  /** @param probability  of an output of the example, for losses that define one */
  finish(probability: ((output: number, row: number) => number) | undefined): TopK {
    for (let row = 0; row < this.#rows; row += 1) this.#sort(row);
    const k = this.#k;
    const probabilities =
      probability === undefined ? undefined : this.#outputs.map((output, i) => probability(output, Math.floor(i / k)));
    return { rows: this.#rows, k, ids: this.#ids, outputs: this.#outputs, probabilities };
  }

  #replaceRoot(row: number, id: number, rank: number, output: number): void {
    const root = row * this.#k;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#k) break;
      if (child + 1 < this.#k && this.#goesFirst(root + child + 1, root + child)) child += 1;
      const stays =
        rank < this.#ranks[root + child] || (rank === this.#ranks[root + child] && id > this.#ids[root + child]);
      if (stays) break;
      this.#ids[root + at] = this.#ids[root + child];
      this.#ranks[root + at] = this.#ranks[root + child];
      this.#outputs[root + at] = this.#outputs[root + child];
      at = child;
    }
    this.#ids[root + at] = id;
    this.#ranks[root + at] = rank;
    this.#outputs[root + at] = output;
  }

  /** Lower rank, or the same and a larger id. */
  #goesFirst(a: number, b: number): boolean {
    return this.#ranks[a] < this.#ranks[b] || (this.#ranks[a] === this.#ranks[b] && this.#ids[a] > this.#ids[b]);
  }

  /** Best first. */
  #sort(row: number): void {
    const [begin, end] = [row * this.#k, (row + 1) * this.#k];
    const order = Array.from({ length: this.#k }, (_, i) => begin + i).sort((a, b) => (this.#goesFirst(a, b) ? 1 : -1));
    for (const values of [this.#ids, this.#ranks, this.#outputs]) {
      const kept = values.slice(begin, end);
      for (const [i, from] of order.entries()) values[begin + i] = kept[from - begin];
    }
  }
}
