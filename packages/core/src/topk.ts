import type { FloatArray, TopK } from "./contract/index.ts";

/** Keeps, for each of `rows` examples, the k outputs of highest rank seen so far. */
export class TopKCollector {
  readonly #rows: number;
  readonly #k: number;
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
      const last = (row + 1) * this.#k - 1;
      const shift = bias === undefined ? 0 : bias[row];
      for (let i = 0; i < count; i += 1) {
        const output = scores[row * count + i] + shift;
        const rank = this.#rank === undefined ? output : this.#rank(output);
        if (rank > this.#ranks[last] || (rank === this.#ranks[last] && ids[i] < this.#ids[last])) {
          this.#insert(row, ids[i], rank, output);
        }
      }
    }
  }

  /** @param probability  of an output of the example, for losses that define one */
  finish(probability: ((output: number, row: number) => number) | undefined): TopK {
    const k = this.#k;
    const probabilities =
      probability === undefined ? undefined : this.#outputs.map((output, i) => probability(output, Math.floor(i / k)));
    return { rows: this.#rows, k, ids: this.#ids, outputs: this.#outputs, probabilities };
  }

  #insert(row: number, id: number, rank: number, output: number): void {
    const first = row * this.#k;
    let at = first + this.#k - 1;
    while (at > first && (rank > this.#ranks[at - 1] || (rank === this.#ranks[at - 1] && id < this.#ids[at - 1]))) {
      this.#ids[at] = this.#ids[at - 1];
      this.#ranks[at] = this.#ranks[at - 1];
      this.#outputs[at] = this.#outputs[at - 1];
      at -= 1;
    }
    this.#ids[at] = id;
    this.#ranks[at] = rank;
    this.#outputs[at] = output;
  }
}
