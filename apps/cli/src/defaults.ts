import type { Loss } from "@widehead/core";

/** Fraction of the learning rates that a decay ends at. */
export const finalRateFraction = 0.05;

/** Milliseconds between two checkpoints of a run. */
export const checkpointInterval = 30_000;

/** Learning rates of the output layer. */
export interface HeadRates {
  /** η in training. */
  readonly learningRate: number;
  /** η of preconditioned steps, which is that of a Newton step for squared error. */
  readonly preconditionedLearningRate: number;
}

interface HeadDefaults extends HeadRates {
  /** η of `bench step`, at which refactoring is rare. */
  readonly benchLearningRate: number;
  /** Output of all ids at first: ω of the constant feature. */
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
  spherical: { learningRate: 3, preconditionedLearningRate: 0.2, benchLearningRate: 0.1, bias: 0.3 },
  taylor: { learningRate: 30, preconditionedLearningRate: 10, benchLearningRate: 0.1, bias: 0 },
  z: { learningRate: 30, preconditionedLearningRate: 10, benchLearningRate: 1, bias: 0 },
  // Half of what still converges on the State of the Union text; below 0.05 only the words' frequencies are learned.
  squared: { learningRate: 0.4, preconditionedLearningRate: 0.05, benchLearningRate: 1e-3, bias: 0 },
  "weighted-squared": { learningRate: 0.1, preconditionedLearningRate: 0.3, benchLearningRate: 1e-3, bias: 0 },
  // Undefined where all outputs are 0.
  cosine: { learningRate: 10, preconditionedLearningRate: 1, benchLearningRate: 0.1, bias: 0.1 },
  softmax: { learningRate: 0.5, preconditionedLearningRate: 0.5, benchLearningRate: 0.1, bias: 0 },
};

/** What suits a loss where its task says nothing else. */
export function headDefaults(loss: Loss): HeadDefaults {
  return byLoss[loss.name] ?? otherwise;
}
