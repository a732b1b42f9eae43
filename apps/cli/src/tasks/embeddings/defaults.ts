import { type Loss, weightedSquaredError } from "@widehead/core";
import { type HeadRates, headDefaults } from "../../defaults.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";

/** Options that a run of this kind takes, beside those of every run. */
export type Own = "embedding" | "predict" | "window" | "subsample" | "minimumCount" | "data";

/** Of every run, those that vectors of words have no use for. */
type Fixed = "features" | "hidden" | "activation";

/** Values where the user gives none. */
export const defaults: Pick<Values, Exclude<Always, Fixed> | Exclude<Own, "subsample">> = {
  embedding: 100,
  predict: "context",
  window: 8,
  output: "factored",
  optimizer: "second-order",
  loss: weightedSquaredError({ zeroWeight: 0.005 }),
  bodyOptimizer: "adam",
  data: "sotu",
  minimumCount: 5,
  batch: 256,
  seed: 1,
  warmUpSteps: 0,
  decay: "linear",
  backend: "auto",
};

/** Words of a text are thinned out far; items are fewer, and none says as little as `the`. */
export const subsample = { text: 1e-5, sequences: 1e-3 };

const rates: Readonly<Record<string, HeadRates>> = {
  "weighted-squared": { learningRate: 0.1, preconditionedLearningRate: 0.2 },
};

export const dependentDefaults: DependentDefaults = {
  rates: (loss: Loss) => rates[loss.name] ?? headDefaults(loss),
  bodyLearningRates: { adam: 3e-2, adamw: 3e-2, adagrad: 0.05, sgd: 0.1 },
  limit: { epochs: 5 },
};

/** Of a word's first vector, times the root of its length. */
export const firstDeviation = 1;

/** Batches whose loss is that of a held-out text. */
export const heldOutBatches = { validation: 8, test: 100 };

/** Steps between two measurements on validation text. */
export const validationEvery = 500;

/** Words that a report shows with their neighbours. */
export const showcase: { readonly words: readonly string[]; readonly count: number } = {
  words: ["war", "money", "law"],
  count: 5,
};
