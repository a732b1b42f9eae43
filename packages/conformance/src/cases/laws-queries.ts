import { hostMatrix, sphericalSoftmax, squaredError, taylorSoftmax } from "@widehead/core";
import { type Case, type CaseContext, defineCase, type FactoredLayerLike } from "../case.ts";
import { denseGradient } from "../oracle/descent.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { expectScores, expectTopK, queryTolerance } from "./query-subject.ts";
import { continued, expectUnchanged, startLayer, stateBytes, trainLayer } from "./step-subject.ts";

const exact = { kind: "exact" } as const;

const sizes = [{ m: 4, d: 7, D: 40 }];

function smallProblem(loss: Problem["loss"] = squaredError()): Problem {
  return createProblem({ m: 4, d: 7, D: 40, K: 2, loss, steps: 6, seed: 21, update: { learningRate: 0.1 } });
}

/** A layer whose rows lie in several epochs: it refactors at each step, and touches few rows. */
async function agedLayer(context: CaseContext, problem: Problem): Promise<FactoredLayerLike> {
  const layer = await startLayer(context, problem, { conditionLimit: 0 });
  await trainLayer(layer, problem);
  return layer;
}

export const queryCases: readonly Case[] = [
  defineCase({
    id: "evaluate/no-change",
    title: "Asking changes nothing.",
    plan: "evaluate, scores, topK, rows and diagnostics of a layer with rows of several epochs leave every byte of its snapshot as it was.",
    needs: [],
    sizes,
    tolerance: exact,
    async run(context) {
      const problem = smallProblem();
      await using layer = await agedLayer(context, problem);
      const { hidden, targets } = problem.batches[0];
      await expectUnchanged(context, layer, async () => {
        await layer.evaluate(hidden, targets);
        await layer.scores(hidden, targets.ids);
        await layer.topK(hidden, 3);
        await layer.rows(targets.ids);
        await layer.diagnostics();
        (await layer.gradient(hidden, targets)).discard();
      });
    },
  }),
  defineCase({
    id: "evaluate/between-gradient-and-apply",
    title: "Asking between a gradient and its update disturbs neither.",
    plan: "gradient, evaluate, scores, topK, rows, apply ends in the same state, bit for bit, as train.",
    needs: ["deterministic"],
    sizes,
    tolerance: exact,
    async run(context) {
      const problem = smallProblem();
      const { hidden, targets } = problem.batches[0];
      await using trained = await agedLayer(context, problem);
      await trained.train(hidden, targets, problem.update);
      await using asked = await agedLayer(context, problem);
      const step = await asked.gradient(hidden, targets);
      const other = problem.batches[1];
      await asked.evaluate(other.hidden, other.targets);
      await asked.scores(other.hidden, other.targets.ids);
      await asked.topK(other.hidden, 5);
      await asked.rows(other.targets.ids);
      await step.apply(problem.update);
      context.expectExact("state", await stateBytes(asked), await stateBytes(trained));
    },
  }),
  defineCase({
    id: "evaluate/exact-loss",
    title: "evaluate gives the losses of the present W.",
    plan: "On a layer with stale rows, evaluate agrees with the oracle's losses for the W that rows shows.",
    needs: [],
    sizes,
    tolerance: { ...queryTolerance, statement: "relative to what the loss is put together from" },
    async run(context) {
      const problem = smallProblem(sphericalSoftmax({ epsilon: 1 }));
      await using layer = await agedLayer(context, problem);
      const { weights, loss, batches } = await continued(layer, problem);
      const expected = denseGradient(weights, loss, batches[0]);
      const observed = await layer.evaluate(batches[0].hidden, batches[0].targets);
      const allowed = context.bound * expected.scales.losses;
      context.expectClose("losses", observed.losses, expected.losses, allowed);
      context.expectClose("loss", [observed.loss], [expected.loss], allowed);
    },
  }),
  defineCase({
    id: "scores/match-rows",
    title: "scores are the products of the activations with rows.",
    plan: "For unsorted and repeated ids over rows of several epochs, scores = H · rows(ids)ᵀ.",
    needs: [],
    sizes,
    tolerance: queryTolerance,
    async run(context) {
      const problem = smallProblem();
      await using layer = await agedLayer(context, problem);
      await expectScores(context, layer, problem.batches[0].hidden, Uint32Array.of(39, 0, 17, 39, 3));
    },
  }),
  defineCase({
    id: "topk/order",
    title: "topK lists the best outputs, best first.",
    plan: "Ids differ; outputs are the scores of their ids, fall in the order of the loss's likelihood (or of o), and no other output ranks above the last; probabilities are mass / total.",
    needs: [],
    sizes,
    tolerance: queryTolerance,
    async run(context) {
      for (const loss of [squaredError(), sphericalSoftmax({ epsilon: 1 }), taylorSoftmax()]) {
        const problem = smallProblem(loss);
        await using layer = await agedLayer(context, problem);
        await expectTopK(context, layer, problem.batches[0].hidden, 5);
      }
    },
  }),
  defineCase({
    id: "topk/ties",
    title: "topK puts equal outputs in the order of their ids, and lists at most D.",
    plan: "All rows equal: the best k are 0 … k − 1. With k above D all outputs are listed.",
    needs: [],
    sizes: [{ D: 6, d: 3 }],
    tolerance: exact,
    async run(context, { D, d }) {
      const initial = { deviation: 0, offset: Float64Array.of(1, 0, 2) };
      const { backend } = context;
      await using layer = await context.createLayer({
        backend,
        outputs: D,
        features: d,
        loss: squaredError(),
        initial,
      });
      const hidden = hostMatrix(1, d, Float64Array.of(1, 1, 1));
      context.expectExact("three", (await layer.topK(hidden, 3)).ids, [0, 1, 2]);
      context.expectExact("all", (await layer.topK(hidden, 100)).ids, [0, 1, 2, 3, 4, 5]);
    },
  }),
];
