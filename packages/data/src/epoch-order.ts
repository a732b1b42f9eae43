import { createRandom } from "@widehead/core";

/** Examples in a fresh shuffle each epoch, which depends on the epoch and the seed alone: 4 bytes an example. */
export class EpochOrder {
  readonly size: number;
  readonly #seed: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();

  constructor(size: number, seed: number) {
    this.size = size;
    this.#seed = seed;
  }

  /** The examples of batch number `step` of `count` examples, running on across epochs: O(size) when an epoch begins. */
  batch(step: number, count: number): Uint32Array {
    const examples = new Uint32Array(count);
    for (let row = 0; row < count; row += 1) {
      const number = step * count + row;
      this.#enter(Math.floor(number / this.size));
      examples[row] = this.#order[number % this.size];
    }
    return examples;
  }

  #enter(epoch: number): void {
    if (epoch === this.#epoch) return;
    this.#order = createRandom(this.#seed).fork(`epoch ${epoch}`).shuffle(numbersUpTo(this.size));
    this.#epoch = epoch;
  }
}

export function numbersUpTo(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, number) => number);
}
