import { WideheadError } from "@widehead/core";
import { blocksOf, ID_BITS, type TokenSource } from "./source.ts";

/** Which words are used: how likely each occurrence is to be kept. */
export interface Keeping {
  /** [words], from 0 to 1. */
  readonly chance: Float64Array;
  /** Kept occurrences to be expected in the whole text. */
  readonly expected: number;
}

export interface KeepingOptions {
  /** Number of distinct ids. */
  readonly words: number;
  /** t: a word of relative frequency f is kept with chance √(t/f) + t/f. */
  readonly subsample: number;
  /** Ids that are never used. */
  readonly leaveOut: Iterable<number>;
}

/**
 * Thins out frequent words, in one pass over the tokens.
 *
 * @see Mikolov et al. 2013, Distributed representations of words and phrases, section 2.3; the formula is that of their program
 */
export function keepingOf(tokens: TokenSource, { words, subsample, leaveOut }: KeepingOptions): Keeping {
  const counts = new Float64Array(words);
  for (const block of blocksOf(tokens)) {
    for (const token of block) {
      const id = token & ID_BITS;
      if (id >= words) throw outOfRange(id, words);
      counts[id] += 1;
    }
  }
  for (const id of leaveOut) counts[id] = 0;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const chance = counts.map((count) => {
    const ratio = (subsample * total) / count;
    return count === 0 ? 0 : Math.min(1, Math.sqrt(ratio) + ratio);
  });
  return { chance, expected: chance.reduce((sum, chance, id) => sum + chance * counts[id], 0) };
}

function outOfRange(id: number, words: number): WideheadError {
  const message = `data: tokens must be ids in 0 … ${words - 1}, as words says, got ${id}`;
  return new WideheadError("ERR_INDEX_RANGE", message, { argument: "tokens", expected: words, actual: id });
}
