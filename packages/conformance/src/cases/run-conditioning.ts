import { hostMatrix, sparseTargets, squaredError, taylorSoftmax } from "@widehead/core";
import { type Case, type CaseContext, defineCase } from "../case.ts";
import { allowanceStatement } from "../oracle/observations.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { expectOracle, expectTraining, type LayerSettings, startLayer } from "./step-subject.ts";

const tolerance = { kind: "derived", statement: allowanceStatement } as const;

/** A rate at which squared error shrinks the directions of U unevenly. */
function wearingProblem(steps: number): Problem {
  const shape = { m: 8, d: 8, D: 40, K: 3 };
  return createProblem({ ...shape, loss: squaredError(), steps, seed: 3, update: { learningRate: 0.25 } });
}

/** Trains a layer, and checks it against the oracle and its number of refactorings against the range. */
async function expectRefactorings(
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
function singularProblem(): Problem {
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
function gentleProblem(): Problem {
  const shape = { m: 6, d: 7, D: 30, K: 2 };
  const update = { learningRate: 0.05, weightDecay: 0.1 };
  return createProblem({ ...shape, loss: squaredError(), steps: 12, seed: 6, update, weighted: true });
}

/** The first hidden unit is dead. */
function deadUnitProblem(): Problem {
  const problem = wearingProblem(60);
  const batches = problem.batches.map(({ hidden, targets }) => {
    const data = hidden.data.map((h, i) => (i % hidden.columns === 0 ? 0 : h));
    return { hidden: hostMatrix(hidden.rows, hidden.columns, data), targets };
  });
  return { ...problem, batches };
}

export const conditioningCases: readonly Case[] = [
  defineCase({
    id: "conditioning/every-step",
    title: "A layer that refactors at each step equals dense gradient descent.",
    plan: "With a condition limit of 0 every step pushes a link on the chain, and rows come forward over one link or many: the run equals the oracle's.",
    needs: [],
    sizes: [{ steps: 20 }],
    tolerance,
    run: (context, { steps }) =>
      expectRefactorings(context, wearingProblem(steps), { conditionLimit: 0 }, { least: steps, most: steps }),
  }),
  defineCase({
    id: "conditioning/trigger",
    title: "A layer whose U wears out refactors by itself, now and then, and equals dense gradient descent.",
    plan: "At a rate that passes the condition limit several times in 60 steps, the run equals the oracle's.",
    needs: [],
    sizes: [{ steps: 60 }],
    tolerance,
    run: (context, { steps }) => expectRefactorings(context, wearingProblem(steps), {}, { least: 2, most: steps / 2 }),
  }),
  defineCase({
    id: "conditioning/not-needed",
    title: "A layer whose U stays well conditioned does not refactor.",
    plan: "With small steps on examples of different weight, U⁻¹ follows U: no refactoring in 12 steps, by either system, and the run equals the oracle's. A wrong U⁻¹ would only cost refactorings.",
    needs: [],
    sizes: [{ steps: 12 }],
    tolerance,
    run: async (context) => {
      for (const system of ["batch", "features"] as const) {
        await expectRefactorings(context, gentleProblem(), { system }, { least: 0, most: 0 });
      }
    },
  }),
  defineCase({
    id: "conditioning/singular-step",
    title: "A step after which U would be singular is exact.",
    plan: "m = 1 and η = 1/(2‖h‖²): plain gradient descent is fine there, and so is the layer, in that step and in five more.",
    needs: [],
    sizes: [{ m: 1, d: 4, D: 12 }],
    tolerance,
    run: async (context) => {
      for (const system of ["batch", "features"] as const) {
        await expectRefactorings(context, singularProblem(), { system }, { least: 1, most: 6 });
      }
    },
  }),
  defineCase({
    id: "conditioning/zero-unit",
    title: "A hidden unit that is always zero harms nothing.",
    plan: "One component of every h is 0 for 60 steps, over several refactorings: the run equals the oracle's.",
    needs: [],
    sizes: [{ steps: 60 }],
    tolerance,
    run: (context) => expectOracle(context, deadUnitProblem(), [{}, { system: "features" }]),
  }),
  defineCase({
    id: "conditioning/equal-rows",
    title: "Rows that all start equal, and cost nothing, equal dense gradient descent.",
    plan: "V = 0 and ω given: W starts as 1ωᵀ without a row written; 30 steps with refactorings equal the oracle's.",
    needs: [],
    sizes: [{ m: 5, d: 6, D: 30 }],
    tolerance,
    run: async (context, { m, d, D }) => {
      const options = { m, d, D, K: 2, loss: taylorSoftmax(), steps: 30, seed: 8, update: { learningRate: 0.3 } };
      const problem = { ...createProblem(options), weights: hostMatrix(D, d) };
      const { backend } = context;
      await using layer = await context.createLayer({
        backend,
        outputs: D,
        features: d,
        loss: problem.loss,
        initial: { deviation: 0, offset: problem.offset },
        conditionLimit: 1.02,
      });
      await expectTraining(context, layer, problem);
    },
  }),
];
