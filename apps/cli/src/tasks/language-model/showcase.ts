import type { Vocabulary } from "@widehead/data";
import { neighborCandidates, showcase } from "./defaults.ts";
import type { EncodedPart } from "./part.ts";
import { type Neighbor, neighborsOf, nextWords, type Prediction, promptTokens, type Speaker } from "./words.ts";

export interface Showcase {
  readonly predictions: readonly { readonly prompt: string; readonly words: readonly Prediction[] }[];
  readonly neighbors: readonly { readonly word: string; readonly nearest: readonly Neighbor[] }[];
}

const count = 3;

/** What a model says after three prompts, and which words it uses like three others. */
export async function showcaseOf(speaker: Speaker, test: EncodedPart, seed: number): Promise<Showcase> {
  const predictions = [];
  for (const tokens of promptsFor(speaker.vocabulary, test, seed)) {
    predictions.push({ prompt: tokens.join(" "), words: await nextWords(speaker, tokens, showcase.count) });
  }
  const neighbors = [];
  for (const word of wordsFor(speaker.vocabulary)) {
    neighbors.push({
      word,
      nearest: await neighborsOf(speaker, word, { count: showcase.count, among: neighborCandidates }),
    });
  }
  return { predictions, neighbors };
}

/** The usual prompts where all their words are known, else contexts out of the test text. */
function promptsFor(vocabulary: Vocabulary, { dataset }: EncodedPart, seed: number): string[][] {
  const usual = showcase.prompts.map(promptTokens).filter((tokens) => tokens.every((word) => vocabulary.has(word)));
  const { context } = dataset;
  const { contexts } = dataset.batch(dataset.sample(count, seed));
  const sampled = Array.from({ length: contexts.length / context }, (_, row) =>
    Array.from(contexts.subarray(row * context, (row + 1) * context), (id) => vocabulary.wordOf(id)),
  );
  return [...usual, ...sampled].slice(0, count);
}

/** The usual words where they are known, else the most frequent ones of some length. */
function wordsFor(vocabulary: Vocabulary): string[] {
  const frequent = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
  const words = [...showcase.words.filter((word) => vocabulary.has(word)), ...frequent.filter(isLongWord)];
  return [...new Set(words)].slice(0, count);
}

function isLongWord(word: string): boolean {
  return /^\p{L}{4,}$/u.test(word);
}
