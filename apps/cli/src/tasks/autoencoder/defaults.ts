import { type Loss, squaredError } from "@widehead/core";
import { type HeadRates, headDefaults } from "../../defaults.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";
import type { Own as SparseOwn } from "../sparse/options.ts";
import type { RowFractions } from "../sparse/split.ts";

/** Options that always have a value here, beside those of every run. */
export type Own = SparseOwn | "patience" | "minimumCount";

/** Values where the user gives none. */
export const defaults: Pick<Values, Always | Own> = {
  features: 128,
  hidden: [],
  activation: "linear",
  combine: "normalized",
  inputDropout: 0,
  output: "factored",
  optimizer: "second-order",
  loss: squaredError(),
  bodyOptimizer: "adam",
  minimumCount: 2,
  batch: 128,
  seed: 1,
  warmUpSteps: 0,
  decay: "linear",
  patience: 3,
  backend: "auto",
};

const rates: Readonly<Record<string, HeadRates>> = {
  squared: { learningRate: 0.1, preconditionedLearningRate: 0.05 },
};

export const dependentDefaults: DependentDefaults = {
  rates: (loss: Loss) => rates[loss.name] ?? headDefaults(loss),
  bodyLearningRates: { adam: 3e-3, adamw: 3e-3, adagrad: 0.02, sgd: 0.1 },
  limit: { epochs: 20 },
};

/** Of an input's first row, times the root of its length. */
export const firstDeviation = 1;

/** Rows that are held out of the data. */
export const heldOut: RowFractions = { test: 0.1, validation: 0.05, mostValidation: 1_000 };

/** Rows that a report shows with their neighbours. */
export const showcase = { rows: 3, neighbors: 5 };
