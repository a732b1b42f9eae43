import { type Loss, weightedSquaredError } from "@widehead/core";
import { type HeadRates, headDefaults } from "../../defaults.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";
import type { Own as SparseOwn } from "../sparse/options.ts";
import type { RowFractions } from "../sparse/split.ts";

/** Options that always have a value here, beside those of every run. */
export type Own = SparseOwn | "patience" | "k" | "minimumCount";

/** Values where the user gives none. */
export const defaults: Pick<Values, Always | Own> = {
  features: 256,
  hidden: [],
  activation: "tanh",
  combine: "normalized",
  inputDropout: 0.3,
  output: "factored",
  optimizer: "sgd",
  loss: weightedSquaredError({ zeroWeight: 0.3 }),
  bodyOptimizer: "adam",
  minimumCount: 2,
  batch: 128,
  seed: 1,
  warmUpSteps: 0,
  decay: "linear",
  patience: 3,
  k: [1, 3, 5],
  backend: "auto",
};

const rates: Readonly<Record<string, HeadRates>> = {
  "weighted-squared": { learningRate: 0.2, preconditionedLearningRate: 0.05 },
};

export const dependentDefaults: DependentDefaults = {
  rates: (loss: Loss) => rates[loss.name] ?? headDefaults(loss),
  bodyLearningRates: { adam: 0.01, adamw: 0.01, adagrad: 0.05, sgd: 0.1 },
  limit: { epochs: 8 },
};

/** Of an input's first row, times the root of its length. */
export const firstDeviation = 1;

/** Rows that are held out of the data; of a file with a --test beside it, none for the test. */
export const heldOut: RowFractions = { test: 0.1, validation: 0.1, mostValidation: 2_000 };

/** Rows that figures are of, at most. */
export const mostJudged = 10_000;

/** Rows to compare with rows that neighbours are sought among, beyond which it would take minutes. */
export const mostComparisons = 2e9;
