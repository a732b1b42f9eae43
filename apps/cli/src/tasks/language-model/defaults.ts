import { sphericalSoftmax } from "@widehead/core";
import { headDefaults } from "../../defaults.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";

/** Options that always have a value here, beside those of every run. */
export type Own = "embedding" | "context" | "minimumCount" | "data";

/** Values where the user gives none: the run of `npm start`. */
export const defaults: Pick<Values, Always | Own> = {
  features: 128,
  hidden: [],
  embedding: 48,
  context: 5,
  activation: "gelu",
  output: "factored",
  optimizer: "sgd",
  loss: sphericalSoftmax({ epsilon: 0.1 }),
  bodyOptimizer: "adam",
  data: "sotu",
  minimumCount: 2,
  batch: 128,
  seed: 1,
  warmUpSteps: 50,
  decay: "linear",
  backend: "auto",
};

export const dependentDefaults: DependentDefaults = {
  rates: headDefaults,
  bodyLearningRates: { adam: 6e-3, adamw: 6e-3, adagrad: 0.02, sgd: 0.1 },
  limit: { minutes: 0.95 },
};

/** Positions of held-out text in the figures that a run shows. */
export const positions: Readonly<Record<"accuracy" | "validation" | "heldOut", number>> = {
  /** For accuracy. */
  accuracy: 5000,
  /** For the loss on validation text during training. */
  validation: 2048,
  /** That are kept in memory of each held-out part. */
  heldOut: 2 ** 22,
};

/** Steps between two measurements on validation text. */
export const validationEvery = 250;

/** Most frequent words that neighbours are sought among: rarer ones have hardly been trained. */
export const neighborCandidates = 2_000;

/** What a run shows at the end. */
export const showcase: {
  readonly prompts: readonly string[];
  readonly words: readonly string[];
  readonly count: number;
} = {
  prompts: ["the state of the", "the people of the united", "we must work together to"],
  words: ["war", "congress", "money"],
  count: 5,
};

/** Steps of the comparison at the end of a run. */
export const comparison = { steps: 15, denseEvery: 5, warmUp: 3 };
