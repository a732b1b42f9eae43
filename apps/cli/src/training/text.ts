import { WideheadError } from "@widehead/core";
import { splitDocuments, Vocabulary } from "@widehead/data";
import { kneserNeyBigram, ngramPerplexity, unigram } from "@widehead/network";
import type { SavedRun } from "../checkpoint.ts";
import { type Corpus, type EncodedPart, encodeDocuments } from "../corpus.ts";
import type { Settings } from "./settings.ts";

/** The text of a run, cut by documents, in the ids of its vocabulary. */
export interface TrainingText {
  readonly vocabulary: Vocabulary;
  readonly train: EncodedPart;
  readonly validation: EncodedPart;
  readonly test: EncodedPart;
}

/** The text of a new run, with the vocabulary of its training part. Throws WideheadError ERR_FORMAT. */
export function newText({ documents }: Corpus, { context, minimumCount }: Settings): TrainingText {
  const { train } = splitDocuments(documents);
  return encodeSplit(documents, Vocabulary.fromTokens(train.flat(), { minimumCount }), context);
}

/** The text of a run that goes on. Throws WideheadError ERR_FORMAT where it is not the one that the run began with. */
export function resumedText(corpus: Corpus, { record, vocabulary }: SavedRun, { context }: Settings): TrainingText {
  if (corpus.fingerprint === record.data.fingerprint) return encodeSplit(corpus.documents, vocabulary, context);
  throw new WideheadError(
    "ERR_FORMAT",
    `--data: expected the text with which the run began, got another in ${corpus.source}`,
    { argument: "--data", expected: record.data.fingerprint, actual: corpus.fingerprint },
  );
}

/** Perplexities of models that count, on the same test text. */
export interface Baselines {
  readonly unigram: number;
  readonly kneserNeyBigram: number;
}

/** O(words). */
export function measureBaselines({ vocabulary, train, test }: Omit<TrainingText, "validation">): Baselines {
  const { size } = vocabulary;
  return {
    unigram: ngramPerplexity(unigram(train.text, size), test.text),
    kneserNeyBigram: ngramPerplexity(kneserNeyBigram(train.text, size), test.text),
  };
}

/** A split text in the ids of a vocabulary. Throws WideheadError ERR_FORMAT for too few documents. */
export function encodeSplit(documents: readonly string[][], vocabulary: Vocabulary, context: number): TrainingText {
  const { train, validation, test } = splitDocuments(documents);
  return {
    vocabulary,
    train: encodeDocuments(train, vocabulary, context),
    validation: encodeDocuments(validation, vocabulary, context),
    test: encodeDocuments(test, vocabulary, context),
  };
}
