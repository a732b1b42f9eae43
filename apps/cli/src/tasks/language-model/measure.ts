import type { ContextDataset } from "@widehead/data";
import { accuracy, evaluateSplit, type LanguageModel } from "@widehead/network";
import { positions } from "./defaults.ts";

/** Examples in one call of the model. */
const batchSize = 256;
/** Examples whose time tells that of the rest. */
const pilotSize = 1024;
/** Seconds that the loss on a large text may take. */
const budget = 15;

/** A model's figures on text that it has not seen. */
export interface HeldOut {
  readonly loss: number;
  /** Only for losses that define probabilities. */
  readonly perplexity: number | undefined;
  /** Positions that loss and perplexity are of; fewer than there are only where all would take long. */
  readonly positions: number;
  readonly availablePositions: number;
  readonly top1: number;
  readonly top10: number;
  readonly accuracyPositions: number;
}

/** Measures a model on every position of a dataset, or on a seeded sample where that takes more than about 15 s. */
export async function measureHeldOut(
  model: LanguageModel,
  dataset: ContextDataset,
  { seed, now }: { readonly seed: number; readonly now: () => number },
): Promise<HeldOut> {
  const loss = (count: number) => evaluateSplit(model, dataset.chunks(dataset.sample(count, seed), batchSize));
  const start = now();
  const pilot = await loss(pilotSize);
  const affordable = Math.min(dataset.size, Math.floor((pilot.examples * 1000 * budget) / (now() - start)));
  const measured = affordable > pilot.examples ? await loss(affordable) : pilot;
  const sample = dataset.batch(dataset.sample(positions.accuracy, seed));
  const [top1, top10] = await accuracy(model, sample, { k: [1, 10] });
  return {
    loss: measured.loss,
    perplexity: measured.perplexity,
    positions: measured.examples,
    availablePositions: dataset.size,
    top1: top1!,
    top10: top10!,
    accuracyPositions: sample.targets.length,
  };
}
