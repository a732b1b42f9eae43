import { type Loss, weightedSquaredError } from "@widehead/core";
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
export type Own = SparseOwn | "k" | "minimumCount";

/** Of principal directions, in which an exact head is weighted least squares. */
const zeroWeight = 0.6;

/** Values where the user gives none. */
export const defaults: Pick<Values, Always | Own> = {
  features: 1023,
  hidden: [],
  activation: "linear",
  combine: "normalized",
  inputRows: "principal",
  inputDropout: 0,
  output: "factored",
  optimizer: "second-order",
  loss: weightedSquaredError({ zeroWeight }),
  bodyOptimizer: "adam",
  minimumCount: 2,
  batch: 128,
  seed: 1,
  warmUpSteps: 0,
  decay: "linear",
  k: [1, 3, 5],
  backend: "auto",
};

const rates: Readonly<Record<string, HeadRates>> = {
  "weighted-squared": { learningRate: 0.2, preconditionedLearningRate: 0.035 },
};

export const dependentDefaults: DependentDefaults = {
  rates: (loss: Loss) => rates[loss.name] ?? headDefaults(loss),
  bodyLearningRates: { adam: 0.01, adamw: 0.01, adagrad: 0.05, sgd: 0.1 },
  limit: { epochs: 8 },
};

/**
 * What suits examples of a size. Principal directions as measured by `npm run benchmark -- tags`; random rows that are
 * learned want smaller ones, and plain steps.
 */
export function suited(examples: ModelExamples, given: Partial<Values>): Suited {
  const { rows, columns } = examples.input;
  const because = `${number(rows)} rows of ${number(columns)} features`;
  if (given.inputRows === "random") return { because, values: suitedToRandomRows };
  const { features = principalFeatures(examples, defaults.features), batch = defaults.batch } = given;
  return { because, values: { features, ...leastSquaresSteps({ rows, features, batch, zeroWeight }) } };
}

const suitedToRandomRows: Partial<Values> = {
  features: 256,
  activation: "tanh",
  inputDropout: 0.3,
  loss: weightedSquaredError({ zeroWeight: 0.3 }),
  optimizer: "sgd",
  learningRate: 0.2,
};

/** Of an input's first row, times the root of its length. */
export const firstDeviation = 1;

/** Rows that are held out of the data; of a file with a --test beside it, none for the test. */
export const heldOut: RowFractions = { test: 0.1, validation: 0.1, mostValidation: 2_000 };

/** Rows that figures are of, at most. */
export const mostJudged = 10_000;

/** Rows to compare with rows that neighbours are sought among, beyond which it would take minutes. */
export const mostComparisons = 2e9;
