import { ownCopy } from "../own-copy.ts";

/** The id of all words that have been forgotten. */
export const FORGOTTEN = 0;

/**
 * Counts words in bounded memory: when there are more than `most` distinct ones, the rarest are forgotten, first those seen
 * once, next time those seen up to twice, and so on, as fastText does; so a count is too small by at most the sum of
 * these thresholds, and is exact until words are first forgotten.
 *
 * @see Manku & Motwani 2002, Approximate frequency counts over data streams (lossy counting)
 */
export class WordCounter {
  readonly #most: number;
  #ids: Map<string, number> = new Map();
  /** By id; that of FORGOTTEN is how often forgotten words had been seen. */
  #counts: number[] = [0];
  #threshold = 1;

  constructor(most: number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#ids.size > this.#most;
  }

  /** The word's id, until words are forgotten; `times` is added to its count. */
  add(word: string, times: number): number {
    let id = this.#ids.get(word);
    if (id === undefined) {
      id = this.#counts.length;
      this.#ids.set(ownCopy(word), id);
      this.#counts.push(0);
    }
    this.#counts[id] += times;
    return id;
  }

  /** Forgets the rarest words until a quarter of the room is free, and returns the new id of each old one. */
  forget(): Uint32Array {
    const ids = new Map<string, number>();
    const counts = [this.#counts[FORGOTTEN]];
    const table = new Uint32Array(this.#counts.length);
    const threshold = this.#thresholdFor(0.75 * this.#most);
    for (const [word, id] of this.#ids) {
      const count = this.#counts[id];
      if (count <= threshold) {
        counts[FORGOTTEN] += count;
        continue;
      }
      table[id] = counts.length;
      ids.set(word, counts.length);
      counts.push(count);
    }
    this.#ids = ids;
    this.#counts = counts;
    this.#threshold = threshold + 1;
    return table;
  }

  /** Each word with its count. */
  *counts(): Generator<readonly [string, number]> {
    for (const [word, id] of this.#ids) yield [word, this.#counts[id]];
  }

  /** How often forgotten words had been seen. */
  get forgotten(): number {
    return this.#counts[FORGOTTEN];
  }

  /** The entry of each id, FORGOTTEN's first. */
  table(entryOf: (word: string) => number, forgotten: number): Uint32Array {
    const table = new Uint32Array(this.#counts.length).fill(forgotten);
    for (const [word, id] of this.#ids) table[id] = entryOf(word);
    return table;
  }

  #thresholdFor(room: number): number {
    let threshold = this.#threshold;
    while (this.#countOver(threshold) > room) threshold += 1;
    return threshold;
  }

  #countOver(threshold: number): number {
    let over = 0;
    for (let id = FORGOTTEN + 1; id < this.#counts.length; id += 1) if (this.#counts[id] > threshold) over += 1;
    return over;
  }
}
