import { createRandom, hostMatrix, type Random, sparseTargets, squaredError } from "@widehead/core";
import { type Case, defineCase, type Sizes } from "../case.ts";
import type { Batch } from "../oracle/descent.ts";
import { oracleRun } from "../oracle/observations.ts";
import type { Problem } from "../oracle/problem.ts";
import { startLayer } from "./step-subject.ts";

/** tanh features with a constant, one target of 1 for each example with ids by Zipf's law. */
function zipfProblem({ m, d, D, steps }: Sizes): Problem {
  const random = createRandom(11);
  return {
    loss: squaredError(),
    weights: hostMatrix(
      D,
      d,
      Float64Array.from({ length: D * d }, () => (0.1 * random.normal()) / Math.sqrt(d)),
    ),
    offset: new Float64Array(d),
    batches: Array.from({ length: steps }, () => zipfBatch(m, d, D, random)),
    update: { learningRate: 0.02 },
  };
}

function zipfBatch(m: number, d: number, D: number, random: Random): Batch {
  const hidden = hostMatrix(m, d);
  for (let i = 0; i < m * d; i += 1) hidden.data[i] = i % d === d - 1 ? 1 : Math.tanh(random.normal());
  // D^x for uniform x has the density of Zipf's law with exponent 1
  const ids = Array.from({ length: m }, () => Math.floor(D ** random.uniform()) - 1);
  return { hidden, targets: sparseTargets.fromIds(D, ids) };
}

function squaredCase(id: string, size: Sizes): Case {
  return defineCase({
    id,
    title: "After 2,000 steps of squared error at rate 0.02, losses still agree with dense gradient descent.",
    plan: "The mean loss of every batch lies within 1e-6, relative, of the float64 oracle's, in float32 as in float64: ill-conditioned factors are refactored in time.",
    needs: [],
    sizes: [size],
    tolerance: { kind: "bound", value: () => 1e-6, statement: "relative to the oracle's mean loss" },
    async run(context, sizes) {
      const problem = zipfProblem(sizes);
      const { losses } = oracleRun(problem).observed;
      await using layer = await startLayer(context, problem);
      for (const [step, { hidden, targets }] of problem.batches.entries()) {
        const { loss } = await layer.train(hidden, targets, problem.update);
        const expected = mean(losses.subarray(step * hidden.rows, (step + 1) * hidden.rows));
        context.expectWithin(`loss of step ${step}`, Math.abs(loss / expected - 1), context.bound);
      }
      // Else the run would say nothing of refactoring.
      const { refactorings } = await layer.diagnostics();
      context.expectWithin("least refactorings / refactorings", Math.ceil(sizes.steps / 400), refactorings);
    },
  });
}

export const longCases: readonly Case[] = [squaredCase("long/squared-2000", { m: 16, d: 16, D: 200, steps: 2000 })];

/** The same at full size, minutes of the oracle's time: not part of the suite. */
export const longCasesFull: readonly Case[] = [
  squaredCase("long/squared-2000-full", { m: 64, d: 64, D: 5000, steps: 2000 }),
];

function mean(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length;
}
