import { type Loss, sphericalSoftmax } from "@widehead/core";
import type { Values } from "./grammar/options.ts";

/** Options of `train language-model` that always have a value. */
export type Defaulted =
  | "features"
  | "hidden"
  | "embedding"
  | "context"
  | "activation"
  | "output"
  | "optimizer"
  | "loss"
  | "bodyOptimizer"
  | "data"
  | "minimumCount"
  | "batch"
  | "seed"
  | "warmUpSteps"
  | "decay"
  | "backend";

/** Values of `train language-model` where the user gives none: the run of `npm start`. */
export const trainDefaults: Pick<Values, Defaulted> = {
  features: 128,
  hidden: [],
  embedding: 48,
  context: 5,
  activation: "tanh",
  output: "factored",
  optimizer: "sgd",
  loss: sphericalSoftmax({ epsilon: 0.1 }),
  bodyOptimizer: "adam",
  data: "sotu",
  minimumCount: 2,
  batch: 64,
  seed: 1,
  warmUpSteps: 50,
  decay: "linear",
  backend: "auto",
};

/** Minutes of a run that has no other limit. */
export const minutesUnlessLimited = 0.95;

/** Fraction of the learning rates that a decay ends at. */
export const finalRateFraction = 0.05;

export const bodyLearningRates: Readonly<Record<Values["bodyOptimizer"], number>> = { adam: 4e-3, sgd: 0.1 };

interface HeadDefaults {
  /** η in training. */
  readonly learningRate: number;
  /** η of preconditioned steps, which is that of a Newton step for squared error. */
  readonly preconditionedLearningRate: number;
  /** η of `bench step`, at which refactoring is rare. */
  readonly benchLearningRate: number;
  /** Output of all words at first: ω of the constant feature. */
  readonly bias: number;
}

/** What suits a loss whose name is not listed. */
const otherwise: HeadDefaults = {
  learningRate: 0.02,
  preconditionedLearningRate: 0.1,
  benchLearningRate: 1e-3,
  bias: 0,
};

const byLoss: Readonly<Record<string, HeadDefaults>> = {
  // Its gradient vanishes at 0.
  spherical: { learningRate: 6, preconditionedLearningRate: 0.2, benchLearningRate: 0.1, bias: 0.3 },
  taylor: { learningRate: 30, preconditionedLearningRate: 10, benchLearningRate: 0.1, bias: 0 },
  z: { learningRate: 30, preconditionedLearningRate: 10, benchLearningRate: 1, bias: 0 },
  // Half of what still converges on the State of the Union text; below 0.05 only the words' frequencies are learned.
  squared: { learningRate: 0.4, preconditionedLearningRate: 0.05, benchLearningRate: 1e-3, bias: 0 },
  "weighted-squared": { learningRate: 0.1, preconditionedLearningRate: 0.3, benchLearningRate: 1e-3, bias: 0 },
  // Undefined where all outputs are 0.
  cosine: { learningRate: 10, preconditionedLearningRate: 1, benchLearningRate: 0.1, bias: 0.1 },
  softmax: { learningRate: 0.5, preconditionedLearningRate: 0.5, benchLearningRate: 0.1, bias: 0 },
};

export function headDefaults(loss: Loss): HeadDefaults {
  return byLoss[loss.name] ?? otherwise;
}

/** Positions of held-out text in the figures that a run shows. */
export const positions = {
  /** For accuracy. */
  accuracy: 5000,
  /** For the loss on validation text during training. */
  validation: 2048,
};

/** Steps between two measurements on validation text. */
export const validationEvery = 250;
/** Milliseconds between two checkpoints of a run. */
export const checkpointInterval = 30_000;

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
