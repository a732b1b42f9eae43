import { hostMatrix, sparseTargets, squaredError } from "@widehead/core";
import type { CaseContext } from "../case.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { expectTraining, type LayerSettings, startLayer } from "./step-subject.ts";

/** A rate at which squared error shrinks the directions of U unevenly. */
export function wearingProblem(steps: number): Problem {
  const shape = { m: 8, d: 8, D: 40, K: 3 };
  return createProblem({ ...shape, loss: squaredError(), steps, seed: 3, update: { learningRate: 0.25 } });
}

/** Trains a layer, and checks it against the oracle and its number of refactorings against the range. */
export async function expectRefactorings(
  context: CaseContext,
  problem: Problem,
  settings: LayerSettings,
  range: { readonly least: number; readonly most: number },
): Promise<void> {
  await using layer = await startLayer(context, problem, settings);
  await expectTraining(context, layer, problem);
  const { refactorings } = await layer.diagnostics();
  context.expectWithin("refactorings", refactorings, range.most);
  context.expectWithin("least refactorings", range.least, refactorings);
}

/** h of ‖h‖² = 4 exactly: at η = 1/(2‖h‖²) one step of squared error makes U singular to the last bit. */
export function singularProblem(): Problem {
  const { weights, ...problem } = createProblem({
    ...{ m: 1, d: 4, D: 12, K: 3 },
    loss: squaredError(),
    steps: 6,
    seed: 5,
    update: { learningRate: 1 / 8 },
  });
  const hidden = hostMatrix(1, 4, Float64Array.of(1, -1, 1, 1));
  const first = { hidden, targets: sparseTargets.fromRows(12, [{ ids: [7, 2], values: [1.5, -0.5] }]) };
  return { ...problem, weights, batches: [first, ...problem.batches.slice(1)] };
}

/** Examples of different weight, so that the batch's system is not symmetric, at a rate and a decay that U bears for long. */
export function gentleProblem(): Problem {
  const shape = { m: 6, d: 7, D: 30, K: 2 };
  const update = { learningRate: 0.05, weightDecay: 0.1 };
  return createProblem({ ...shape, loss: squaredError(), steps: 12, seed: 6, update, weighted: true });
}

/** The problem with a hidden unit that is always zero. */
export function withDeadUnit(problem: Problem, unit: number): Problem {
  const batches = problem.batches.map(({ hidden, targets }) => {
    const data = hidden.data.map((h, at) => (at % hidden.columns === unit ? 0 : h));
    return { hidden: hostMatrix(hidden.rows, hidden.columns, data), targets };
  });
  return { ...problem, batches };
}
