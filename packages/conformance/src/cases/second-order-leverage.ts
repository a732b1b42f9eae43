import { squaredError, weightedSquaredError } from "@widehead/core";
import { type Case, type CaseContext, defineCase, type FactoredLayerLike } from "../case.ts";
import { multiply } from "../oracle/curvature.ts";
import { norm } from "../oracle/descent.ts";
import { allowanceStatement } from "../oracle/observations.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { createPreconditioning } from "./second-order-problems.ts";
import { sphericalSubjects } from "./step-problems.ts";
import { expectOracle, expectTraining, expectUnchanged, startLayer } from "./step-subject.ts";

/** Of η·λ_max, where the squares of a quadratic loss begin to grow. */
const limit = 2;

/** Power iterations of the oracle: enough for all digits at these sizes. */
const iterations = 500;

/** λ_max(ĤHᵀdiag(a)) of the first batch of a new run, where each example has the same slope a. */
function largestCurvature({ batches, preconditioning }: Problem, slope: number): number {
  const [{ hidden }] = batches;
  const { rows: m, columns: d, data } = hidden;
  const direction = multiply(hidden, preconditioning!.begin()(hidden));
  let vector = Float64Array.from({ length: m }, (_, j) => 1 + j / m);
  let largest = 0;
  for (let iteration = 0; iteration < iterations; iteration += 1) {
    const product = new Float64Array(m);
    for (let i = 0; i < m; i += 1) {
      for (let j = 0; j < m; j += 1) {
        let dot = 0;
        for (let f = 0; f < d; f += 1) dot += direction.data[i * d + f] * data[j * d + f];
        product[i] += slope * dot * vector[j];
      }
    }
    largest = norm(product);
    vector = product.map((value) => value / largest);
  }
  return largest;
}

/** Losses whose a is known beforehand: twice the weight of a zero, over m. */
const quadratics = [
  { loss: squaredError(), zeroWeight: 1 },
  { loss: weightedSquaredError({ zeroWeight: 0.2 }), zeroWeight: 0.2 },
] as const;

const shape = { m: 5, d: 7, D: 20, K: 2 } as const;

/** A run at the rate that gives its first step this leverage; and what that is at a rate of 1. */
function leveragedProblem(
  { loss, zeroWeight }: (typeof quadratics)[number],
  name: "full" | "diagonal",
  leverage: number,
  steps: number,
): { readonly problem: Problem; readonly largest: number } {
  const problem = {
    ...createProblem({ ...shape, loss, steps, seed: 21, update: { learningRate: 1 } }),
    preconditioning: createPreconditioning(name, shape.d),
  };
  return atLeverage(problem, (2 * zeroWeight) / shape.m, leverage);
}

/** The problem at the rate that gives its first step this leverage, where each example has the slope a; and what that is at a rate of 1. */
export function atLeverage(
  problem: Problem,
  slope: number,
  leverage: number,
): { readonly problem: Problem; readonly largest: number } {
  const largest = largestCurvature(problem, slope);
  return { problem: { ...problem, update: { learningRate: leverage / largest } }, largest };
}

/** The layer refuses the rate, says why (the leverage but for the case's bound, a factor), and stays as it was. */
export async function expectRefusal(
  context: CaseContext,
  layer: FactoredLayerLike,
  { learningRate, leverage }: { readonly learningRate: number; readonly leverage: number },
  call: () => Promise<unknown>,
): Promise<void> {
  const { expectClose, expectExact, expectWithin, roundoff } = context;
  await expectUnchanged(context, layer, async () => {
    const { details } = await context.expectCode("ERR_OPTION", call);
    const told = details as Readonly<Record<"actual" | "limit" | "leverage" | "largest", number>>;
    expectExact("the argument is the rate", Number(details.argument === "learningRate"), 1);
    expectExact("rate and limit", [told.actual, told.limit], [learningRate, limit]);
    expectWithin("leverage / exact", told.leverage / leverage, context.bound);
    expectWithin("exact / leverage", leverage / told.leverage, context.bound);
    const largest = (limit * learningRate) / told.leverage;
    expectClose("largest rate", [told.largest], [largest], 1e3 * roundoff * largest);
  });
}

export const leverageCases: readonly Case[] = [
  defineCase({
    id: "second-order/leverage/refused",
    title: "A second-order step of a quadratic loss that would diverge is refused, and a smaller one goes on.",
    plan: "Where η·λ_max(ĤHᵀdiag(a)) is 3, train fails with ERR_OPTION, which tells leverage, limit and largest rate, and no byte of the state changes, what was learned of h included. Then the run at a tenth of that rate equals the oracle's, and a gradient whose step was refused can still be applied.",
    needs: [],
    sizes: [{ steps: 12 }],
    tolerance: {
      kind: "bound",
      value: () => 1.1,
      statement:
        "the leverage told is within a tenth of the exact one; the run has the derived tolerance of step cases",
    },
    async run(context, { steps }) {
      for (const quadratic of quadratics) {
        for (const [system, name] of [
          ["batch", "full"],
          ["features", "diagonal"],
        ] as const) {
          const { problem, largest } = leveragedProblem(quadratic, name, 0.3, steps);
          const [{ hidden, targets }] = problem.batches;
          const learningRate = 3 / largest;
          await using layer = await startLayer(context, problem, { system });
          await expectRefusal(context, layer, { learningRate, leverage: 3 }, () =>
            layer.train(hidden, targets, { learningRate }),
          );
          // Far beyond it, where the powers that measure it overflow, too.
          for (const rate of [1e7, 1e30]) {
            const call = () => layer.train(hidden, targets, { learningRate: rate });
            await expectUnchanged(context, layer, async () => void (await context.expectCode("ERR_OPTION", call)));
          }
          await expectTraining(context, layer, problem);
          const step = await layer.gradient(hidden, targets);
          await context.expectCode("ERR_OPTION", () => step.apply({ learningRate: 100 * learningRate }));
          await step.apply(problem.update);
          context.expectExact("steps", (await layer.diagnostics()).steps, steps + 1);
        }
      }
    },
  }),
  defineCase({
    id: "second-order/leverage/not-refused",
    title: "Steps below the limit, plain gradient descent and losses that are not quadratic are never refused.",
    plan: "One step of leverage 1.6 with a preconditioner, one of leverage 3 without, and one of rate 1,000 of each loss that bends otherwise equal the oracle's.",
    needs: [],
    sizes: [{ steps: 1 }],
    tolerance: { kind: "derived", statement: allowanceStatement },
    async run(context, { steps }) {
      const settings = [{ system: "batch" }, { system: "features" }] as const;
      for (const quadratic of quadratics) {
        for (const name of ["full", "diagonal"] as const) {
          await expectOracle(context, leveragedProblem(quadratic, name, 1.6, steps).problem, settings);
        }
        const { preconditioning, ...plain } = leveragedProblem(quadratic, "full", 3, steps).problem;
        await expectOracle(context, plain, settings);
      }
      for (const { loss } of sphericalSubjects.filter((subject) => !subject.loss.constantSlopes)) {
        const problem = createProblem({ ...shape, loss, steps, seed: 22, update: { learningRate: 1000 } });
        await expectOracle(context, { ...problem, preconditioning: createPreconditioning("full", shape.d) }, settings);
      }
    },
  }),
];
