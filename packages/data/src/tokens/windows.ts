import { createRandom, WideheadError } from "@widehead/core";
import { numbersUpTo } from "../epoch-order.ts";

/** What is in memory of a text: some blocks of it. */
export interface Window {
  /** Where the examples are in the window's tokens. */
  readonly places: Uint32Array<ArrayBuffer>;
}

/** A text in blocks of neighbouring tokens, read some blocks at a time. */
export interface Blocks<W extends Window> {
  /** [blocks], examples in each, in an epoch. */
  sizes(epoch: number): Uint32Array;
  /** The examples of the given blocks, in an epoch. */
  load(epoch: number, blocks: Uint32Array): W;
}

export interface WindowsOptions {
  /** Examples that count as an epoch: where one has more or fewer, the rest is left out or the first come again. */
  readonly examplesPerEpoch: number;
  readonly blocksPerWindow: number;
  readonly seed: number;
}

/**
 * A shuffle of more examples than memory holds: in each epoch the blocks come in a random order, some at a time form a
 * window, and a window's examples come in a random order. Example number n depends on n and the seed alone.
 */
export class ShuffledWindows<W extends Window> {
  readonly #blocks: Blocks<W>;
  readonly #options: WindowsOptions;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array();
  /** [windows + 1], the epoch's examples before each window. */
  #before: Float64Array = Float64Array.of(0);
  #index = -1;
  #window: W | undefined;

  constructor(blocks: Blocks<W>, options: WindowsOptions) {
    this.#blocks = blocks;
    this.#options = options;
  }

  /** Calls `visit` with the window and place of each of `count` examples from number `first` on, running on across epochs. */
  visit(first: number, count: number, visit: (window: W, place: number, row: number) => void): void {
    const { examplesPerEpoch } = this.#options;
    for (let row = 0; row < count; row += 1) {
      const number = first + row;
      this.#enterEpoch(Math.floor(number / examplesPerEpoch));
      const example = (number % examplesPerEpoch) % this.#before[this.#before.length - 1];
      const window = this.#enterWindow(example);
      visit(window, window.places[example - this.#before[this.#index]], row);
    }
  }

  #enterEpoch(epoch: number): void {
    if (epoch === this.#epoch) return;
    const { seed, blocksPerWindow } = this.#options;
    const sizes = this.#blocks.sizes(epoch);
    this.#order = createRandom(seed).fork(`epoch ${epoch}`).shuffle(numbersUpTo(sizes.length));
    this.#before = new Float64Array(Math.ceil(sizes.length / blocksPerWindow) + 1);
    for (let k = 0; k < sizes.length; k += 1) {
      this.#before[Math.floor(k / blocksPerWindow) + 1] += sizes[this.#order[k]];
    }
    for (let window = 1; window < this.#before.length; window += 1) this.#before[window] += this.#before[window - 1];
    if (this.#before[this.#before.length - 1] === 0) {
      const message = `data: expected examples in epoch ${epoch}, got none: sub-sampling left no word with a neighbour`;
      throw new WideheadError("ERR_FORMAT", message, { epoch, expected: ">= 1", actual: 0 });
    }
    this.#epoch = epoch;
    this.#index = -1;
  }

  #enterWindow(example: number): W {
    const [begin, end] = [this.#before[this.#index], this.#before[this.#index + 1]];
    if (this.#window !== undefined && example >= begin && example < end) return this.#window;
    const index = this.#before.findLastIndex((before) => before <= example);
    const { seed, blocksPerWindow } = this.#options;
    const blocks = this.#order.subarray(index * blocksPerWindow, (index + 1) * blocksPerWindow);
    this.#window = this.#blocks.load(this.#epoch, blocks);
    createRandom(seed).fork(`epoch ${this.#epoch} window ${index}`).shuffle(this.#window.places);
    this.#index = index;
    return this.#window;
  }
}
