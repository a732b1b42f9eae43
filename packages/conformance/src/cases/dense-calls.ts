import {
  DenseLayer,
  type ErrorCode,
  hostMatrix,
  type Loss,
  softmaxCrossEntropy,
  sparseTargets,
  squaredError,
  taylorSoftmax,
} from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { blockFeatures, startDense } from "./dense.ts";
import { expectScores, expectTopK, queryTolerance } from "./query-subject.ts";
import { copySnapshot, expectUnchanged, stateBytes, trainOutputs } from "./step-subject.ts";

const exact = { kind: "exact" } as const;
/** W in three blocks, the last of one row. */
const sizes = [{ m: 2, d: blockFeatures, D: 33 }];
/** Each takes a way of its own: one pass, two passes, exponentials. */
const losses: readonly Loss[] = [squaredError(), taylorSoftmax(), softmaxCrossEntropy()];

function blockProblem<L extends Loss>(loss: L, D: number): Problem<L> {
  const update = { learningRate: 0.1 / blockFeatures };
  return createProblem({ m: 2, d: blockFeatures, D, K: 3, loss, steps: 2, seed: 71, update });
}

function smallProblem(loss: Loss): Problem<Loss> {
  return createProblem({ m: 3, d: 4, D: 12, K: 2, loss, steps: 4, seed: 73, update: { learningRate: 0.1 } });
}

export const denseCallCases: readonly Case[] = [
  defineCase({
    id: "dense/queries/scores",
    title: "scores of a dense layer are the products of the activations with rows.",
    plan: "For unsorted and repeated ids of several blocks, scores = H · rows(ids)ᵀ.",
    needs: [],
    sizes,
    tolerance: queryTolerance,
    async run(context, { D }) {
      const problem = blockProblem(squaredError(), D);
      await using layer = await startDense(context, problem);
      await expectScores(context, layer, problem.batches[0].hidden, Uint32Array.of(32, 0, 17, 32, 15));
    },
  }),
  defineCase({
    id: "dense/queries/topk",
    title: "topK of a dense layer lists the best outputs of all blocks, best first.",
    plan: "Outputs are the scores of their ids, in the order of the loss's likelihood (or of o); probabilities are mass / total, softmax included.",
    needs: [],
    sizes,
    tolerance: queryTolerance,
    async run(context, { D }) {
      for (const loss of losses) {
        const problem = blockProblem(loss, D);
        await using layer = await startDense(context, problem);
        const { rows, columns, data } = problem.batches[0].hidden;
        // outputs about 1, so that softmax tells them apart
        const hidden = hostMatrix(
          rows,
          columns,
          data.map((h) => h / 8),
        );
        await expectTopK(context, layer, hidden, 5);
      }
    },
  }),
  defineCase({
    id: "dense/queries/no-change",
    title: "Asking a dense layer changes nothing.",
    plan: "evaluate, scores, topK, rows and an unused gradient leave every byte of the snapshot as it was, and evaluate shows the losses of the gradient.",
    needs: ["deterministic"],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: exact,
    async run(context) {
      for (const loss of losses) {
        const problem = smallProblem(loss);
        const { hidden, targets } = problem.batches[0];
        await using layer = await startDense(context, problem);
        await trainOutputs(layer, problem);
        await expectUnchanged(context, layer, async () => {
          const evaluated = await layer.evaluate(hidden, targets);
          await layer.scores(hidden, targets.ids);
          await layer.topK(hidden, 3);
          await layer.rows(targets.ids);
          const step = await layer.gradient(hidden, targets);
          step.discard();
          context.expectExact("losses", evaluated.losses, step.losses);
        });
      }
    },
  }),
  defineCase({
    id: "dense/grow/from-start",
    title: "A dense layer that grew equals one that had the outputs from the start.",
    plan: "3 outputs added to 15, over the end of a block: the same state, bit for bit, before training and after.",
    needs: ["deterministic"],
    sizes: [{ D: 15, added: 3 }],
    tolerance: exact,
    async run(context, { D, added }) {
      const whole = blockProblem(squaredError(), D + added);
      const d = blockFeatures;
      whole.weights.data.fill(0, D * d);
      const part = { ...whole, weights: hostMatrix(D, d, whole.weights.data.slice(0, D * d)) };
      await using expected = await startDense(context, whole);
      await using layer = await startDense(context, part);
      await layer.grow(added);
      context.expectExact("state", await stateBytes(layer), await stateBytes(expected));
      await trainOutputs(expected, whole);
      await trainOutputs(layer, whole);
      context.expectExact("state after training", await stateBytes(layer), await stateBytes(expected));
    },
  }),
  defineCase({
    id: "dense/snapshot/continue",
    title: "A dense layer restored from its snapshot continues as if nothing had happened.",
    plan: "Save in the middle of a run, restore into a fresh backend, go on with both: the same state, bit for bit.",
    needs: ["deterministic"],
    sizes: [{ D: 12 }],
    tolerance: exact,
    async run(context) {
      for (const loss of losses) {
        const problem = smallProblem(loss);
        await using layer = await startDense(context, problem);
        await trainOutputs(layer, problem);
        const snapshot = await layer.save(copySnapshot);
        await using backend = await context.module.create(context.options);
        await using restored = await DenseLayer.restore(snapshot, { backend });
        context.expectExact("restored", await stateBytes(restored), await stateBytes(layer));
        await trainOutputs(layer, problem);
        await trainOutputs(restored, problem);
        context.expectExact("state", await stateBytes(restored), await stateBytes(layer));
      }
    },
  }),
  defineCase({
    id: "dense/queue/overlapping",
    title: "Overlapping calls of a dense layer run in the order in which they were made.",
    plan: "Calls made without waiting end in the state, bit for bit, of the same calls made one after the other.",
    needs: ["deterministic"],
    sizes: [{ D: 12 }],
    tolerance: exact,
    async run(context) {
      const problem = smallProblem(softmaxCrossEntropy());
      const { batches, update } = problem;
      await using patient = await startDense(context, problem);
      for (const { hidden, targets } of batches) await patient.train(hidden, targets, update);
      await using hasty = await startDense(context, problem);
      await Promise.all(batches.map(({ hidden, targets }) => hasty.train(hidden, targets, update)));
      context.expectExact("state", await stateBytes(hasty), await stateBytes(patient));
    },
  }),
  defineCase({
    id: "dense/errors/unchanged",
    title: "A dense layer refuses bad input and stays as it was.",
    plan: "Wrong shapes, ids, values, rates and matrices on the device that are not finite give their codes, and leave every byte of the snapshot.",
    needs: [],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: exact,
    async run(context, { m, d, D }) {
      using poisoned = context.backend.allocate(m, d);
      context.backend.write(poisoned, new Float64Array(m * d).fill(Number.NaN));
      for (const loss of losses) {
        const problem = smallProblem(loss);
        const { hidden, targets } = problem.batches[0];
        const { update } = problem;
        await using layer = await startDense(context, problem);
        await trainOutputs(layer, problem);
        const ids = targets.ids.slice();
        ids[0] = D;
        const values = new Float64Array(targets.ids.length).fill(Infinity);
        const refusals: readonly [ErrorCode, () => Promise<unknown>][] = [
          ["ERR_SHAPE", () => layer.train(hostMatrix(m, d + 1), targets, update)],
          ["ERR_SHAPE", () => layer.train(hidden, sparseTargets.fromIds(D, [1]), update)],
          ["ERR_INDEX_RANGE", () => layer.train(hidden, { ...targets, ids }, update)],
          ["ERR_NOT_FINITE", () => layer.train(hidden, { ...targets, values }, update)],
          ["ERR_NOT_FINITE", () => layer.train(poisoned, targets, update)],
          ["ERR_NOT_FINITE", () => layer.evaluate(poisoned, targets)],
          ["ERR_OPTION", () => layer.train(hidden, targets, { learningRate: -1 })],
          ["ERR_OPTION", () => layer.train(hidden, targets, { learningRate: 1, weightDecay: 1 })],
          ["ERR_INDEX_RANGE", () => layer.rows(Uint32Array.of(D))],
        ];
        await expectUnchanged(context, layer, async () => {
          for (const [code, call] of refusals) await context.expectCode(code, call);
        });
      }
    },
  }),
];
