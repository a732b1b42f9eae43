import { hostMatrix, squaredError, taylorSoftmax } from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { allowanceStatement } from "../oracle/observations.ts";
import { createProblem } from "../oracle/problem.ts";
import {
  expectRefactorings,
  gentleProblem,
  singularProblem,
  wearingProblem,
  withDeadUnit,
} from "./conditioning-problems.ts";
import { expectOracle, expectTraining, startLayer } from "./step-subject.ts";

const tolerance = { kind: "derived", statement: allowanceStatement } as const;

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
    run: (context) => expectOracle(context, withDeadUnit(wearingProblem(60), 0), [{}, { system: "features" }]),
  }),
  defineCase({
    id: "conditioning/sweep",
    title: "Rows that no batch touches are swept forward, so that the chain stays short.",
    plan: "150 steps that refactor, with more outputs than they touch: every row is swept at least once, the chain never holds more than its 48 links, and the run equals the oracle's.",
    needs: [],
    sizes: [{ D: 120, steps: 150, links: 48 }],
    tolerance,
    run: async (context, { D, steps, links }) => {
      const shape = { m: 3, d: 5, D, K: 1 };
      const problem = createProblem({ ...shape, loss: squaredError(), steps, seed: 9, update: { learningRate: 0.1 } });
      await using layer = await startLayer(context, problem, { conditionLimit: 0 });
      await expectTraining(context, layer, problem);
      const { sweptRows, chainLinks } = await layer.diagnostics();
      context.expectWithin("outputs / rows swept", D, sweptRows);
      context.expectWithin("links", chainLinks, links);
    },
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
