import { type Loss, squaredError } from "@widehead/core";
import { type HeadRates, headDefaults } from "../../defaults.ts";
import { number } from "../../format.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";
import type { Suited } from "../../training/suited.ts";
import { type ModelExamples, principalFeatures } from "../sparse/first-rows.ts";
import { leastSquaresSteps } from "../sparse/least-squares.ts";
import type { Own as SparseOwn } from "../sparse/options.ts";
import type { RowFractions } from "../sparse/split.ts";

/** Options that always have a value here, beside those of every run. */
export type Own = SparseOwn | "minimumCount";

/** Values where the user gives none. */
export const defaults: Pick<Values, Always | Own> = {
  features: 511,
  hidden: [],
  activation: "linear",
  combine: "sum",
  inputRows: "principal",
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

/**
 * What suits rows of a size: principal directions, the best that rows can be said in, solved by least squares. As to how many,
 * `widehead train autoencoder --features N` on 12,000 WordNet glosses leaves 86, 80 and 72 % of the squared error of the mean
 * row with 128, 256 and 511; the held-out rows of this are those by which 511 was chosen.
 */
export function suited(examples: ModelExamples, given: Partial<Values>): Suited {
  const { rows, columns } = examples.input;
  const because = `${number(rows)} rows of ${number(columns)} features`;
  if (given.inputRows === "random") return { because, values: { combine: "normalized" } };
  const { features = principalFeatures(examples, defaults.features), batch = defaults.batch } = given;
  return { because, values: { features, ...leastSquaresSteps({ rows, features, batch, zeroWeight: 1 }) } };
}

/** Of an input's first row, times the root of its length. */
export const firstDeviation = 1;

/** Rows that are held out of the data. */
export const heldOut: RowFractions = { test: 0.1, validation: 0.05, mostValidation: 1_000 };

/** Rows that a report shows with their neighbours. */
export const showcase = { rows: 3, neighbors: 5 };
