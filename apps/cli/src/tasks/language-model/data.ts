import {
  type ContextBatch,
  ContextBatches,
  ContextStream,
  documentsOf,
  type TokenSource,
  type Vocabulary,
} from "@widehead/data";
import { type BatchSource, kneserNeyBigram, ngramPerplexity, unigram } from "@widehead/network";
import { requireSameData, type SavedRun } from "../../checkpoint.ts";
import type { Io } from "../../io.ts";
import type { TrainingData } from "../../training/task.ts";
import { openText, type Text } from "../words/text.ts";
import { vocabularyFile } from "../words/vocabulary.ts";
import { positions } from "./defaults.ts";
import { type EncodedPart, encodePart } from "./part.ts";
import type { LanguageModelSettings } from "./settings.ts";

/** A text as a language model learns from it. */
export interface LanguageModelData extends TrainingData {
  readonly vocabulary: Vocabulary;
  /** Tokens to train on. */
  readonly size: number;
  readonly batches: BatchSource<ContextBatch>;
  readonly validation: EncodedPart;
  readonly test: EncodedPart;
  /** Perplexities of models that count, on the test text; undefined where the training text is too large to count. */
  readonly baselines: () => Baselines | undefined;
}

/** The text of a run. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readText(
  { data, context, minimumCount, batch, seed }: LanguageModelSettings,
  { directory }: Io,
  saved: SavedRun | undefined,
): Promise<LanguageModelData> {
  const text = await openText({ data, minimumCount }, directory);
  try {
    if (saved !== undefined) requireSameData(text, saved);
    const { source, fingerprint, vocabulary, train } = text;
    const test = heldOutPart(text.test, vocabulary, context);
    const batchOptions = { batchSize: batch, seed };
    const start = vocabulary.sentenceEnd;
    return {
      source,
      fingerprint,
      files: () => vocabularyFile(vocabulary),
      vocabulary,
      size: train.length,
      batches: text.isOnDisk
        ? new ContextStream(train, { context, padding: start, ...batchOptions })
        : new ContextBatches(encodePart(documentsOf(train), vocabulary, context).dataset, batchOptions),
      validation: heldOutPart(text.validation, vocabulary, context),
      test,
      baselines: () => measureBaselines(text, test),
      [Symbol.dispose]: () => text[Symbol.dispose](),
    };
  } catch (error) {
    text[Symbol.dispose]();
    throw error;
  }
}

/** A held-out text in memory: all of it, or its first documents where it is long. */
export function heldOutPart(tokens: TokenSource, vocabulary: Vocabulary, context: number): EncodedPart {
  return encodePart(documentsOf(tokens, positions.heldOut), vocabulary, context);
}

/** Perplexities of models that count, on the same test text. */
export interface Baselines {
  readonly unigram: number;
  readonly kneserNeyBigram: number;
}

/** O(words); undefined for a text on disk, whose bigrams memory need not hold. */
export function measureBaselines({ vocabulary, train, isOnDisk }: Text, test: EncodedPart): Baselines | undefined {
  if (isOnDisk) return undefined;
  const { size } = vocabulary;
  const { text } = encodePart(documentsOf(train), vocabulary, 1);
  return {
    unigram: ngramPerplexity(unigram(text, size), test.text),
    kneserNeyBigram: ngramPerplexity(kneserNeyBigram(text, size), test.text),
  };
}
