import { type Loss, weightedSquaredError } from "@widehead/core";
import { type HeadRates, headDefaults } from "../../defaults.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";
import type { Own as SparseOwn } from "../sparse/options.ts";

/** Options that always have a value here, beside those of every run. */
export type Own = SparseOwn | "patience" | "k";

/** Values where the user gives none. */
export const defaults: Pick<Values, Always | Own> = {
  features: 256,
  hidden: [],
  activation: "linear",
  combine: "normalized",
  inputDropout: 0.5,
  output: "factored",
  optimizer: "second-order",
  loss: weightedSquaredError({ zeroWeight: 0.03 }),
  bodyOptimizer: "adam",
  batch: 128,
  seed: 1,
  warmUpSteps: 0,
  decay: "linear",
  patience: 3,
  k: [20],
  backend: "auto",
};

const rates: Readonly<Record<string, HeadRates>> = {
  "weighted-squared": { learningRate: 4, preconditionedLearningRate: 0.05 },
};

export const dependentDefaults: DependentDefaults = {
  rates: (loss: Loss) => rates[loss.name] ?? headDefaults(loss),
  bodyLearningRates: { adam: 3e-3, adamw: 3e-3, adagrad: 0.02, sgd: 0.1 },
  limit: { epochs: 20 },
};

/** Of an input's first row, times the root of its length. */
export const firstDeviation = 0.1;

/** Fractions that are held out of the data. */
export const heldOut = {
  /** Of each user's items, to measure on where there is no --test. */
  test: 0.2,
  /** Of the users whose items early stopping looks at. */
  validationUsers: 0.1,
  /** Of such a user's items. */
  validation: 0.2,
};

/** Users that figures are of, at most. */
export const users = { validation: 1_000, test: 10_000 };

/** Σ n² over users of n items, beyond which item neighbours would take minutes. */
export const mostPairs = 2e9;
