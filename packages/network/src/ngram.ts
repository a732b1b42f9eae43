import { WideheadError } from "@widehead/core";
import { requireIds, requireInteger } from "./validate.ts";

/** A language model by counting: p(word | the word before). */
export interface NgramModel {
  readonly name: string;
  /** Sums to 1 over the vocabulary. */
  probability(previous: number, word: number): number;
}

/** A text as word ids, each with the one before it; `start` stands before the first. */
export interface EncodedText {
  readonly ids: Uint32Array;
  /** Usually the end-of-sentence mark. */
  readonly start: number;
}

/** Relative frequencies, nothing added: a word that the text lacks has probability 0. O(words). Throws ERR_SHAPE, ERR_INDEX_RANGE. */
export function unigram(text: EncodedText, vocabularySize: number): NgramModel {
  checkText(text, vocabularySize);
  const counts = new Uint32Array(vocabularySize);
  for (const id of text.ids) counts[id] += 1;
  return { name: "unigram", probability: (_, word) => counts[word] / text.ids.length };
}

/**
 * Interpolated Kneser-Ney bigram with one discount δ = n₁/(n₁ + 2n₂), nᵢ the number of bigrams seen i times. O(words).
 *
 * p(w | v) = max(c(v,w) − δ, 0)/c(v) + δ·N₊(v,·)/c(v) · N₊(·,w)/N₊(·,·);  the last factor alone after an unseen v.
 * Throws ERR_SHAPE, ERR_INDEX_RANGE.
 *
 * @see Chen & Goodman 1999, §2.7 and eq. 18
 */
export function kneserNeyBigram(text: EncodedText, vocabularySize: number): NgramModel {
  checkText(text, vocabularySize);
  const bigrams = countBigrams(text, vocabularySize);
  const occurrences = new Uint32Array(vocabularySize);
  const followers = new Uint32Array(vocabularySize);
  const predecessors = new Uint32Array(vocabularySize);
  const frequencies = [0, 0, 0];
  for (const [key, count] of bigrams) {
    const previous = Math.floor(key / vocabularySize);
    occurrences[previous] += count;
    followers[previous] += 1;
    predecessors[key % vocabularySize] += 1;
    if (count <= 2) frequencies[count] += 1;
  }
  const [, once, twice] = frequencies;
  const discount = once === 0 ? 0 : once / (once + 2 * twice);
  return {
    name: "Kneser-Ney bigram",
    probability(previous, word) {
      const continuation = predecessors[word] / bigrams.size;
      if (occurrences[previous] === 0) return continuation;
      const count = bigrams.get(previous * vocabularySize + word) ?? 0;
      const kept = Math.max(count - discount, 0);
      return (kept + discount * followers[previous] * continuation) / occurrences[previous];
    },
  };
}

/** exp of the mean negative log probability of the text's words. Throws ERR_SHAPE for an empty text. */
export function ngramPerplexity(model: NgramModel, text: EncodedText): number {
  requireWords(text.ids);
  let total = 0;
  let previous = text.start;
  for (const word of text.ids) {
    total -= Math.log(model.probability(previous, word));
    previous = word;
  }
  return Math.exp(total / text.ids.length);
}

function countBigrams({ ids, start }: EncodedText, vocabularySize: number): Map<number, number> {
  const counts = new Map<number, number>();
  let previous = start;
  for (const word of ids) {
    const key = previous * vocabularySize + word;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    previous = word;
  }
  return counts;
}

function checkText({ ids, start }: EncodedText, vocabularySize: number): void {
  requireInteger("vocabularySize", vocabularySize, 2);
  requireIds("text.ids", ids, vocabularySize);
  requireIds("text.start", Uint32Array.of(start), vocabularySize);
  requireWords(ids);
}

function requireWords(ids: Uint32Array): void {
  if (ids.length > 0) return;
  throw new WideheadError("ERR_SHAPE", "text.ids must have at least one id, got none", {
    argument: "text.ids",
    expected: 1,
    actual: 0,
  });
}
