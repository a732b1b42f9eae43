import {
  cosineDistance,
  type Loss,
  type SphericalLoss,
  sphericalSoftmax,
  squaredError,
  taylorSoftmax,
  type UpdateOptions,
  weightedSquaredError,
  zLoss,
} from "@widehead/core";
import type { Sizes } from "../case.ts";
import { denseGradient } from "../oracle/descent.ts";
import { initialWeights } from "../oracle/observations.ts";
import { createProblem, type Problem, type ProblemShape } from "../oracle/problem.ts";

/** A loss, and the rate at which it learns without diverging, times ‖h‖². */
export interface StepSubject<L extends Loss> {
  readonly loss: L;
  readonly rate: number;
}

/** Every loss of the family. */
export const sphericalSubjects: readonly StepSubject<SphericalLoss>[] = [
  { loss: squaredError(), rate: 0.3 },
  { loss: weightedSquaredError({ zeroWeight: 0.2 }), rate: 0.15 },
  { loss: sphericalSoftmax({ epsilon: 1 }), rate: 0.5 },
  { loss: taylorSoftmax(), rate: 0.5 },
  { loss: zLoss(), rate: 0.5 },
  { loss: cosineDistance(), rate: 1 },
];

export const variants: readonly ["plain", "weight-decay", "clipping", "weights"] = [
  "plain",
  "weight-decay",
  "clipping",
  "weights",
];
export type Variant = (typeof variants)[number];

/** The problem of a loss, with what the variant adds. */
export function variantProblem<L extends Loss>(
  { loss, rate }: StepSubject<L>,
  variant: Variant,
  sizes: Sizes,
): Problem<L> {
  const { m, d, D, K, steps } = sizes as Sizes & ProblemShape & { readonly steps: number };
  // about ‖h‖² of the problem's features
  const learningRate = rate / (1 + 0.4 * d);
  // with clipping, too: it must not touch the decay
  const decays = variant === "weight-decay" || variant === "clipping";
  const update = { learningRate, ...(decays && { weightDecay: 0.2 }) };
  const options = { loss, steps, seed: 1, update, weighted: variant === "weights", m, d, D, K };
  const problem = createProblem(options);
  return variant === "clipping" ? { ...problem, update: clipped(problem, update) } : problem;
}

/** A limit that the first gradient exceeds and later ones may not. */
function clipped(problem: Problem<Loss>, update: UpdateOptions): UpdateOptions {
  const { gradientNorm } = denseGradient(initialWeights(problem), problem.loss, problem.batches[0]);
  return { ...update, clipNorm: 0.7 * gradientNorm || 1 };
}
