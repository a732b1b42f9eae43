import type { SphericalLoss } from "@widehead/core";
import { type Case, defineCase, type Sizes } from "../case.ts";
import { allowanceStatement } from "../oracle/observations.ts";
import type { ProblemShape } from "../oracle/problem.ts";
import { type StepSubject, sphericalSubjects, type Variant, variantProblem, variants } from "./step-problems.ts";
import { expectOracle } from "./step-subject.ts";

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

function stepCase(group: "step" | "run", steps: number, subject: StepSubject<SphericalLoss>, variant: Variant): Case {
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
 * cosine and the softmaxes of one; Z-loss and cosine of one feature do not see h but for its sign. Then nothing of the loss
 * holds the layer's sums and its rows together, and their round-off grows over a run, which one step does not show.
 */
function isTelling(loss: SphericalLoss, { d, D }: ProblemShape, steps: number): boolean {
  if (loss.name === "z" && D < 3) return false;
  if (steps === 1) return true;
  const scaleFree = loss.name === "z" || loss.name === "cosine";
  const constantForOne = scaleFree || loss.likelihood !== undefined;
  return (d > 1 || !scaleFree) && (D > 1 || !constantForOne);
}

export const stepCases: readonly Case[] = sphericalSubjects.flatMap((subject) =>
  variants.flatMap((variant) => [stepCase("step", 1, subject, variant), stepCase("run", 50, subject, variant)]),
);
