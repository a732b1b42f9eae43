import { diagonal, hostMatrix, secondOrder, squaredError } from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { allowanceStatement } from "../oracle/observations.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { createPreconditioning, type PreconditioningName, preconditionings } from "./second-order-problems.ts";
import { copySnapshot, expectTraining, expectUnchanged, startLayer, stateBytes, trainLayer } from "./step-subject.ts";

const exact = { kind: "exact" } as const;

function squaredProblem(name: PreconditioningName, steps: number): Problem {
  const shape = { m: 5, d: 6, D: 20, K: 2 };
  const problem = createProblem({ ...shape, loss: squaredError(), steps, seed: 23, update: { learningRate: 0.1 } });
  return { ...problem, preconditioning: createPreconditioning(name, shape.d) };
}

/** Features of unequal size, in whose directions plain gradient descent learns at unequal rates. */
function unevenProblem(learningRate: number, steps: number): Problem {
  const shape = { m: 48, d: 6, D: 40, K: 2 };
  const problem = createProblem({ ...shape, loss: squaredError(), steps, seed: 24, update: { learningRate } });
  const batches = problem.batches.map(({ hidden, targets }) => {
    const data = hidden.data.map((h, at) => h / (1 + (at % shape.d)));
    return { hidden: hostMatrix(shape.m, shape.d, data), targets };
  });
  return { ...problem, batches };
}

/** The mean loss of the last batches, where all examples weigh 1. */
function finalLoss(losses: Float64Array): number {
  const last = losses.slice(-Math.ceil(losses.length / 10));
  return last.reduce((total, loss) => total + loss, 0) / last.length;
}

export const secondOrderRunCases: readonly Case[] = [
  defineCase({
    id: "second-order/conditioning",
    title: "Second-order steps hardly wear out U, where plain gradient descent makes it refactor again and again.",
    plan: "On features of unequal size, full and diagonal C, by either system: no refactoring and a small condition bound in steps that take the loss lower than gradient descent, at a rate that makes it refactor, takes it in as many. A wrong U⁻¹ would only cost refactorings.",
    needs: [],
    sizes: [{ steps: 120 }],
    tolerance: exact,
    async run(context, { steps }) {
      const wearing = unevenProblem(0.4, steps);
      await using plain = await startLayer(context, wearing);
      const slow = finalLoss((await trainLayer(plain, wearing)).losses);
      context.expectWithin("5 / refactorings of gradient descent", 5, (await plain.diagnostics()).refactorings);
      const problem = unevenProblem(0.03, steps);
      for (const preconditioner of [secondOrder({ damping: 0.01 }), diagonal({ damping: 0.01 })]) {
        for (const system of ["batch", "features"] as const) {
          await using layer = await startLayer(context, problem, { system, preconditioner });
          const { losses } = await trainLayer(layer, problem);
          const { refactorings, conditionBound } = await layer.diagnostics();
          const label = `${preconditioner.name}, system ${system}`;
          context.expectWithin(`refactorings, ${label}`, refactorings, 0);
          context.expectWithin(`condition bound, ${label}`, conditionBound, 4);
          context.expectWithin(`loss at the end, ${label}`, finalLoss(losses), slow);
        }
      }
    },
  }),
  defineCase({
    id: "second-order/refactorings",
    title: "A layer with second-order steps refactors when it must, and equals the oracle.",
    plan: "With a condition limit of 0 it refactors at each step; with one of 1.3 now and then, not always.",
    needs: [],
    sizes: [{ steps: 30 }],
    tolerance: { kind: "derived", statement: allowanceStatement },
    async run(context, { steps }) {
      for (const name of preconditionings) {
        const problem = squaredProblem(name, steps);
        for (const [conditionLimit, least, most] of [
          [0, steps, steps],
          [1.3, 2, steps / 2],
        ] as const) {
          await using layer = await startLayer(context, problem, { conditionLimit });
          await expectTraining(context, layer, problem);
          const { refactorings } = await layer.diagnostics();
          context.expectWithin("refactorings", refactorings, most);
          context.expectWithin("least refactorings", least, refactorings);
        }
      }
    },
  }),
  defineCase({
    id: "second-order/snapshot/continue",
    title: "A layer with second-order steps, restored from its snapshot, continues as if nothing had happened.",
    plan: "Saved before it has learned, at a refresh and between two, restored into a fresh backend: after as many steps again, both have the same state, bit for bit.",
    needs: ["deterministic"],
    sizes: [{ steps: 0 }, { steps: 8 }, { steps: 11 }],
    tolerance: exact,
    async run(context, { steps }) {
      for (const name of preconditionings) {
        const before = squaredProblem(name, steps);
        const after = squaredProblem(name, 11);
        await using layer = await startLayer(context, before);
        await trainLayer(layer, before);
        const snapshot = await layer.save(copySnapshot);
        await using backend = await context.module.create(context.options);
        const { factory } = after.preconditioning!;
        await using restored = await context.restoreLayer(snapshot, {
          backend,
          ...(name === "fixed" && { preconditioner: factory }),
        });
        context.expectExact("restored", await stateBytes(restored), await stateBytes(layer));
        const expected = await trainLayer(layer, after);
        const observed = await trainLayer(restored, after);
        context.expectExact("losses", observed.losses, expected.losses);
        context.expectExact("state", await stateBytes(restored), await stateBytes(layer));
      }
    },
  }),
  defineCase({
    id: "second-order/discard",
    title: "A batch whose step is not taken leaves no trace in what is learned.",
    plan: "Before each step another batch comes whose gradient is discarded, superseded, refused for its rate, or applied at a rate of 0. The state does not change, and ends, bit for bit, as without them.",
    needs: ["deterministic"],
    sizes: [{ steps: 10 }],
    tolerance: exact,
    async run(context, { steps }) {
      for (const name of ["full", "diagonal"] as const) {
        const problem = squaredProblem(name, steps);
        const { batches, update } = problem;
        await using twin = await startLayer(context, problem);
        await using layer = await startLayer(context, problem);
        for (const [index, { hidden, targets }] of batches.entries()) {
          const other = batches[(index + 1) % steps];
          await twin.train(hidden, targets, update);
          await expectUnchanged(context, layer, async () => {
            (await layer.gradient(other.hidden, other.targets)).discard();
            await layer.gradient(other.hidden, other.targets);
            await layer.train(other.hidden, other.targets, { learningRate: 0 });
            await layer.evaluate(other.hidden, other.targets);
            const refused = await layer.gradient(other.hidden, other.targets);
            await context.expectCode("ERR_OPTION", () => refused.apply({ learningRate: 100 }));
          });
          const step = await layer.gradient(hidden, targets);
          await layer.evaluate(other.hidden, other.targets);
          await step.apply(update);
        }
        context.expectExact("state", await stateBytes(layer), await stateBytes(twin));
      }
    },
  }),
];
