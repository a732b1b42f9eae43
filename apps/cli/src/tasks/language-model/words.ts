import { tokenize, type Vocabulary } from "@widehead/data";
import type { LanguageModel } from "@widehead/network";
import { isWord, requireWordId } from "../words/vocabulary.ts";

export interface Prediction {
  readonly word: string;
  /** Only for losses that define probabilities. */
  readonly probability?: number;
  /** The score o. */
  readonly output: number;
}

export interface Neighbor {
  readonly word: string;
  /** Mean cosine of the words' embeddings and of their output weights. */
  readonly similarity: number;
}

/** A model with the words that its ids stand for. */
export interface Speaker {
  readonly model: LanguageModel;
  readonly vocabulary: Vocabulary;
}

/** The tokens of a text that goes on. */
export function promptTokens(text: string): string[] {
  // A word after it shows whether its last sentence has ended.
  return tokenize(`${text} and`).slice(0, -2);
}

/** The most likely words after a text's tokens, best first. */
export async function nextWords(
  { model, vocabulary }: Speaker,
  tokens: readonly string[],
  count: number,
): Promise<Prediction[]> {
  const { context } = model.options;
  const words = vocabulary.encode(tokens).slice(-context);
  const ids = new Uint32Array(context).fill(vocabulary.sentenceEnd);
  ids.set(words, context - words.length);
  const top = await model.predict(ids, count);
  return [...top.ids].map((id, i) => ({
    word: vocabulary.wordOf(id),
    ...(top.probabilities === undefined ? {} : { probability: top.probabilities[i]! }),
    output: top.outputs[i]!,
  }));
}

/**
 * The words used most alike among the most frequent ones, nearest first; marks are not words.
 * Throws WideheadError ERR_OPTION for a word that the model does not know.
 */
export async function neighborsOf(
  { model, vocabulary }: Speaker,
  word: string,
  { count, among }: { readonly count: number; readonly among: number },
): Promise<Neighbor[]> {
  const id = requireWordId(vocabulary, "NAME", word);
  const { ids, similarities } = await model.neighbors(id, among, among);
  return [...ids]
    .map((id, i) => ({ id, word: vocabulary.wordOf(id), similarity: similarities[i]! }))
    .filter((other) => isWord(vocabulary, other.id))
    .slice(0, count)
    .map((other) => ({ word: other.word, similarity: other.similarity }));
}
