import type { SparseMatrix } from "../sparse/matrix.ts";
import { BARRIER } from "./kept-words.ts";

/** Collects bags of words, each id of a bag once. */
export class BagBuilder {
  readonly #offsets: Uint32Array;
  readonly #ids: Uint32Array;
  readonly #counts: Float32Array;
  #rows = 0;
  #end = 0;

  constructor(rows: number, reach: number) {
    this.#offsets = new Uint32Array(rows + 1);
    this.#ids = new Uint32Array(2 * reach * rows);
    this.#counts = new Float32Array(2 * reach * rows);
  }

  add(words: Uint32Array, place: number, reach: number): void {
    for (let k = place - 1; k >= place - reach && words[k] !== BARRIER; k -= 1) this.#count(words[k]);
    for (let k = place + 1; k <= place + reach && words[k] !== BARRIER; k += 1) this.#count(words[k]);
    this.#rows += 1;
    this.#offsets[this.#rows] = this.#end;
  }

  build(columns: number): SparseMatrix {
    const ids = this.#ids.slice(0, this.#end);
    return { rows: this.#rows, columns, offsets: this.#offsets, ids, values: this.#counts.slice(0, this.#end) };
  }

  #count(id: number): void {
    for (let k = this.#offsets[this.#rows]; k < this.#end; k += 1) {
      if (this.#ids[k] !== id) continue;
      this.#counts[k] += 1;
      return;
    }
    this.#ids[this.#end] = id;
    this.#counts[this.#end] = 1;
    this.#end += 1;
  }
}
