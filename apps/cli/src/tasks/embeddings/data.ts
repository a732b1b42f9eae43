import { BagBatches, type SparseExamples, type TokenSource, type Vocabulary } from "@widehead/data";
import { requireSameData, type SavedRun } from "../../checkpoint.ts";
import type { Io } from "../../io.ts";
import type { TrainingData } from "../../training/task.ts";
import { openText, type Text } from "../words/text.ts";
import { vocabularyFile } from "../words/vocabulary.ts";
import type { EmbeddingsSettings } from "./settings.ts";

/** What decides which words go together. */
export type BagSettings = Pick<EmbeddingsSettings, "predict" | "window" | "subsample" | "batch" | "seed">;

export type EmbeddingsData = Text & TrainingData;

/** The text of a run. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readEmbeddingsData(
  settings: EmbeddingsSettings,
  { directory }: Io,
  saved: SavedRun | undefined,
): Promise<EmbeddingsData> {
  const text = await openText(settings, directory);
  try {
    if (saved !== undefined) requireSameData(text, saved);
    // A part that leaves no word with a neighbour is better known now than after training.
    for (const tokens of [text.train, text.validation, text.test]) bagsOf(tokens, text.vocabulary, settings).at(0);
    return { ...text, files: () => vocabularyFile(text.vocabulary) };
  } catch (error) {
    text[Symbol.dispose]();
    throw error;
  }
}

/** Words with those around them, in endless batches. Throws WideheadError ERR_FORMAT. */
export function bagsOf(
  tokens: TokenSource,
  vocabulary: Vocabulary,
  { predict, window, subsample, batch, seed }: BagSettings,
): BagBatches {
  return new BagBatches(tokens, {
    words: vocabulary.size,
    predict,
    window,
    subsample,
    // Contexts reach across sentences: what is said next is about the same.
    leaveOut: [vocabulary.sentenceEnd, vocabulary.unknown],
    batchSize: batch,
    seed,
  });
}

/** The first batches, at most as many as an epoch has. */
export function* firstBatches(bags: BagBatches, most: number): Generator<SparseExamples> {
  for (let step = 0; step < Math.min(most, bags.stepsPerEpoch); step += 1) yield bags.at(step);
}
