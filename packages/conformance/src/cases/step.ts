import {
  cosineDistance,
  type SphericalLoss,
  sphericalSoftmax,
  squaredError,
  taylorSoftmax,
  type UpdateOptions,
  weightedSquaredError,
  zLoss,
} from "@widehead/core";
import { type Case, defineCase, type Sizes } from "../case.ts";
import { denseGradient } from "../oracle/descent.ts";
import { allowanceStatement, initialWeights } from "../oracle/observations.ts";
import { createProblem, type Problem, type ProblemShape } from "../oracle/problem.ts";
import { expectOracle } from "./step-subject.ts";

/** Every loss, with the rate at which it learns without diverging, times ‖h‖². */
const subjects: readonly { readonly loss: SphericalLoss; readonly rate: number }[] = [
  { loss: squaredError(), rate: 0.3 },
  { loss: weightedSquaredError({ zeroWeight: 0.2 }), rate: 0.15 },
  { loss: sphericalSoftmax({ epsilon: 1 }), rate: 0.5 },
  { loss: taylorSoftmax(), rate: 0.5 },
  { loss: zLoss(), rate: 0.5 },
  { loss: cosineDistance(), rate: 1 },
];

const variants = ["plain", "weight-decay", "clipping", "weights"] as const;
type Variant = (typeof variants)[number];

/** Around the sizes at which the layer changes its ways: m against d, ids against D, one of anything. */
const shapes: readonly ProblemShape[] = [
  { m: 1, d: 1, D: 1, K: 1 },
  { m: 1, d: 1, D: 3, K: 1 },
  { m: 1, d: 7, D: 40, K: 3 },
  { m: 3, d: 8, D: 50, K: 1 },
  { m: 8, d: 7, D: 12, K: 10 },
  { m: 9, d: 9, D: 30, K: 3 },
  { m: 12, d: 9, D: 25, K: 1 },
  { m: 20, d: 7, D: 60, K: 3 },
  { m: 6, d: 33, D: 5, K: 5 },
  { m: 33, d: 33, D: 34, K: 1 },
];

/** Above this many multiply-adds, a shape is seen for one step only. */
const runLimit = 10_000;

/** One step is cheap enough to see the layer's own choice, too. */
const systems = { step: ["batch", "features", "auto"], run: ["batch", "features"] } as const;

function stepCase(group: "step" | "run", steps: number, subject: (typeof subjects)[number], variant: Variant): Case {
  const { loss } = subject;
  return defineCase({
    id: `${group}/${loss.name}/${variant}`,
    title: `${steps === 1 ? "One step" : `${steps} steps`} of ${loss.name}, ${variant}, equal dense gradient descent.`,
    plan: "Losses, hidden gradient, gradient norm, W, Q_c and w̄ lie within the derived tolerance of the oracle, in the batch's system and in the features' system, by train and by gradient and apply in turn; U U⁻¹ = I.",
    needs: [],
    sizes: shapes
      .filter((shape) => isTelling(loss, shape, steps) && (steps === 1 || shape.m * shape.d * shape.D <= runLimit))
      .map((shape): Sizes => ({ ...shape, steps })),
    tolerance: { kind: "derived", statement: allowanceStatement },
    run: (context, sizes) =>
      expectOracle(
        context,
        variantProblem(subject, variant, sizes),
        systems[group].map((system) => ({ system })),
      ),
  });
}

/**
 * Whether a run of this loss says something at this shape. Z-loss of fewer than three outputs is constant, and so are the
 * cosine and the softmaxes of one; Z-loss of one feature does not see h but for its sign. Then nothing of the loss holds
 * the layer's sums and its rows together, and their round-off grows over a run, which one step does not show.
 */
function isTelling(loss: SphericalLoss, { d, D }: ProblemShape, steps: number): boolean {
  if (loss.name === "z") return D >= 3 && (d > 1 || steps === 1);
  const constantForOne = loss.likelihood !== undefined || loss.name === "cosine";
  return D >= 2 || steps === 1 || !constantForOne;
}

function variantProblem({ loss, rate }: (typeof subjects)[number], variant: Variant, sizes: Sizes): Problem {
  const { m, d, D, K, steps } = sizes as Sizes & ProblemShape & { readonly steps: number };
  // about ‖h‖² of the problem's features
  const learningRate = rate / (1 + 0.4 * d);
  const update = { learningRate, ...(variant === "weight-decay" && { weightDecay: 0.2 }) };
  const options = { loss, steps, seed: 1, update, weighted: variant === "weights", m, d, D, K };
  const problem = createProblem(options);
  return variant === "clipping" ? { ...problem, update: clipped(problem, update) } : problem;
}

/** A limit that the first gradient exceeds and later ones may not. */
function clipped(problem: Problem, update: UpdateOptions): UpdateOptions {
  const { gradientNorm } = denseGradient(initialWeights(problem), problem.loss, problem.batches[0]);
  return { ...update, clipNorm: 0.7 * gradientNorm || 1 };
}

export const stepCases: readonly Case[] = subjects.flatMap((subject) =>
  variants.flatMap((variant) => [stepCase("step", 1, subject, variant), stepCase("run", 50, subject, variant)]),
);
