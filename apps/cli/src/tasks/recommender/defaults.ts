import { type Loss, weightedSquaredError } from "@widehead/core";
import type { SparseMatrix } from "@widehead/data";
import { type HeadRates, headDefaults } from "../../defaults.ts";
import { percent } from "../../format.ts";
import type { Values } from "../../grammar/options.ts";
import type { Always, DependentDefaults } from "../../training/settings.ts";
import type { Suited } from "../../training/suited.ts";
import type { Own as SparseOwn } from "../sparse/options.ts";

/** Options that always have a value here, beside those of every run. */
export type Own = SparseOwn | "k";

/** Values where the user gives none. */
export const defaults: Pick<Values, Always | Own> = {
  features: 511,
  hidden: [],
  activation: "linear",
  combine: "normalized",
  inputRows: "random",
  inputDropout: 0.5,
  output: "factored",
  optimizer: "second-order",
  loss: weightedSquaredError({ zeroWeight: 0.03 }),
  bodyOptimizer: "adam",
  batch: 128,
  seed: 1,
  warmUpSteps: 0,
  decay: "linear",
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

/** Pairs among all users and items, from which on data is dense. */
const denseFrom = 0.01;
/** Steps in which few users are learned, by more epochs. */
const leastSteps = 240;

/** As measured by `npm run benchmark -- recommend`: sparse data needs wide models, dense data heavier zeros. */
const settings = {
  sparse: {
    features: 511,
    epochs: 20,
    zeroWeight: 0.03,
    damping: 1e-3,
    learningRate: 0.05,
    weightDecay: 0.3,
    body: 3e-3,
  },
  dense: {
    features: 128,
    epochs: 30,
    zeroWeight: 0.3,
    damping: 100,
    learningRate: 0.62,
    weightDecay: 0.01,
    body: 1e-2,
  },
};

/** What suits interactions [users, items], by their density. */
export function suited({ rows, columns, ids }: SparseMatrix, given: Partial<Values>): Suited {
  const density = ids.length / (rows * columns);
  const kind = density < denseFrom ? "sparse" : "dense";
  const { features, epochs, zeroWeight, damping, learningRate, weightDecay, body } = settings[kind];
  const stepsPerEpoch = Math.ceil(rows / (given.batch ?? defaults.batch));
  return {
    because: `density ${percent(density)}, ${kind} as ${density < denseFrom ? "below" : "from"} ${percent(denseFrom)}`,
    values: {
      features: Math.min(features, columns),
      loss: weightedSquaredError({ zeroWeight }),
      damping,
      learningRate,
      weightDecay,
      bodyLearningRate: body,
      epochs: Math.max(epochs, Math.ceil(leastSteps / stepsPerEpoch)),
    },
  };
}

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
