import {
  createRandom,
  hostMatrix,
  type SparseTargets,
  sparseTargets,
  squaredError,
  taylorSoftmax,
} from "@widehead/core";
import { type Case, defineCase, product } from "../case.ts";
import { type Batch, norm } from "../oracle/descent.ts";
import { allowanceStatement, allowances, observations, oracleRun } from "../oracle/observations.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { sphericalSubjects, variantProblem } from "./step-problems.ts";
import {
  allRows,
  continued,
  copySnapshot,
  expectTraining,
  expectUnchanged,
  startLayer,
  stateBytes,
  trainLayer,
} from "./step-subject.ts";

const exact = { kind: "exact" } as const;
const derived = { kind: "derived", statement: allowanceStatement } as const;
const sizes = [{ m: 4, d: 7, D: 30 }];

function smallProblem(loss: Problem["loss"] = squaredError(), steps = 8): Problem {
  return createProblem({ m: 4, d: 7, D: 30, K: 2, loss, steps, seed: 31, update: { learningRate: 0.1 } });
}

export const lawCases: readonly Case[] = [
  defineCase({
    id: "laws/permuted-outputs",
    title: "Renaming the outputs renames the rows of W, and nothing else.",
    plan: "With ids and initial rows permuted, losses and gradients stay, and the rows of W are permuted.",
    needs: [],
    sizes,
    tolerance: derived,
    async run(context, { d, D }) {
      const problem = smallProblem();
      const names = createRandom(7).shuffle(Uint32Array.from({ length: D }, (_, id) => id));
      const weights = hostMatrix(D, d);
      for (let id = 0; id < D; id += 1) {
        weights.data.set(problem.weights.data.subarray(id * d, (id + 1) * d), names[id] * d);
      }
      const renamed = ({ hidden, targets }: Batch): Batch => ({
        hidden,
        targets: { ...targets, ids: targets.ids.map((id) => names[id]) },
      });
      await using plain = await startLayer(context, problem);
      const expected = await trainLayer(plain, problem);
      await using layer = await startLayer(context, { ...problem, weights });
      const observed = await trainLayer(layer, { ...problem, batches: problem.batches.map(renamed) });
      const allowed = allowances(problem, oracleRun(problem), context.roundoff, observations);
      const rows = Float64Array.from({ length: D * d }, (_, at) => {
        return observed.weights[names[Math.floor(at / d)] * d + (at % d)];
      });
      context.expectClose("losses", observed.losses, expected.losses, allowed.losses);
      context.expectClose("hiddenGradient", observed.hiddenGradient, expected.hiddenGradient, allowed.hiddenGradient);
      context.expectClose("weights", rows, expected.weights, allowed.weights);
    },
  }),
  defineCase({
    id: "laws/example-weight",
    title: "An example of weight 2 is the example twice.",
    plan: "One step on m examples of which one weighs 2 gives the W of a step on m + 1 examples, that one twice, at (m + 1)/m times the rate.",
    needs: [],
    sizes,
    tolerance: derived,
    async run(context, { m, d, D }) {
      const { batches, ...problem } = smallProblem(taylorSoftmax());
      const { learningRate } = problem.update;
      const data = batches[0].hidden.data;
      const rows = Array.from({ length: m }, (_, j) => ({ ids: [3 * j, 3 * j + 1] }));
      const single: Problem = {
        ...problem,
        batches: [batchOf(data, d, sparseTargets.fromRows(D, rows), [2, 1, 1, 1])],
      };
      const double: Problem = {
        ...problem,
        update: { learningRate: (learningRate * (m + 1)) / m },
        batches: [batchOf([...data, ...data.subarray(0, d)], d, sparseTargets.fromRows(D, [...rows, rows[0]]))],
      };
      await using one = await startLayer(context, single);
      await using two = await startLayer(context, double);
      const observed = await trainLayer(one, single);
      const expected = await trainLayer(two, double);
      const allowed = allowances(single, oracleRun(single), context.roundoff, observations);
      context.expectClose("weights", observed.weights, expected.weights, allowed.weights);
      context.expectClose("gram", observed.gram, expected.gram, allowed.gram);
    },
  }),
  defineCase({
    id: "snapshot/continue",
    title: "A layer restored from its snapshot continues as if nothing had happened.",
    plan: "Save in the middle of a run with refactorings, while rows are being settled, restore into a fresh backend, go on with both: the same state, bit for bit.",
    needs: ["deterministic"],
    sizes: [
      { conditionLimit: 0, steps: 24 },
      { conditionLimit: 30, steps: 8 },
    ],
    tolerance: exact,
    async run(context, { conditionLimit, steps }) {
      const problem = smallProblem(squaredError(), steps);
      await using layer = await startLayer(context, problem, { conditionLimit });
      await trainLayer(layer, problem);
      const snapshot = await layer.save(copySnapshot);
      await using backend = await context.module.create(context.options);
      await using restored = await context.restoreLayer(snapshot, { backend });
      context.expectExact("restored", await stateBytes(restored), await stateBytes(layer));
      const expected = await trainLayer(layer, problem);
      const observed = await trainLayer(restored, problem);
      context.expectExact("losses", observed.losses, expected.losses);
      context.expectExact("state", await stateBytes(restored), await stateBytes(layer));
    },
  }),
  defineCase({
    id: "queue/overlapping",
    title: "Overlapping calls run in the order in which they were made.",
    plan: "Calls made without waiting end in the state, bit for bit, of the same calls made one after the other.",
    needs: ["deterministic"],
    sizes,
    tolerance: exact,
    async run(context) {
      const problem = smallProblem();
      const { update, batches } = problem;
      await using patient = await startLayer(context, problem);
      const expected: number[] = [];
      for (const { hidden, targets } of batches) {
        expected.push((await patient.train(hidden, targets, update)).loss);
        expected.push((await patient.evaluate(hidden, targets)).loss);
      }
      await using hasty = await startLayer(context, problem);
      const results = await Promise.all(
        batches.flatMap(({ hidden, targets }) => [
          hasty.train(hidden, targets, update),
          hasty.evaluate(hidden, targets),
        ]),
      );
      context.expectExact(
        "losses",
        results.map(({ loss }) => loss),
        expected,
      );
      context.expectExact("state", await stateBytes(hasty), await stateBytes(patient));
    },
  }),
  defineCase({
    id: "step/zero-rate",
    title: "A learning rate of 0 changes nothing.",
    plan: "train and apply at rate 0, with decay and clipping, give finite losses and leave every byte as it was.",
    needs: [],
    sizes,
    tolerance: exact,
    async run(context) {
      const problem = smallProblem();
      const { hidden, targets } = problem.batches[0];
      await using layer = await startLayer(context, problem);
      await expectUnchanged(context, layer, async () => {
        const update = { learningRate: 0, weightDecay: 1, clipNorm: 1e-3 };
        const { losses } = await layer.train(hidden, targets, update);
        await (await layer.gradient(hidden, targets)).apply(update);
        context.expectExact("finite losses", Number(losses.every(Number.isFinite)), 1);
      });
    },
  }),
  defineCase({
    id: "step/empty-batch",
    title: "A batch of no examples has loss 0 and changes nothing.",
    plan: "train, gradient, evaluate, scores and topK of m = 0 give 0 and empty matrices.",
    needs: [],
    sizes,
    tolerance: exact,
    async run(context, { d, D }) {
      const problem = smallProblem();
      await using layer = await startLayer(context, problem);
      const hidden = hostMatrix(0, d);
      const targets = sparseTargets.fromIds(D, []);
      await expectUnchanged(context, layer, async () => {
        const trained = await layer.train(hidden, targets, problem.update);
        const step = await layer.gradient(hidden, targets);
        context.expectExact("gradientNorm", await step.gradientNorm(), 0);
        await step.apply(problem.update);
        const evaluated = await layer.evaluate(hidden, targets);
        context.expectExact("loss", [trained.loss, step.loss, evaluated.loss], [0, 0, 0]);
        const shape = [trained.hiddenGradient!.rows, trained.hiddenGradient!.columns, trained.losses.length];
        context.expectExact("hiddenGradient", shape, [0, d, 0]);
        context.expectExact("scores", (await layer.scores(hidden, Uint32Array.of(1, 2))).data.length, 0);
        context.expectExact("topK", (await layer.topK(hidden, 2)).ids.length, 0);
      });
    },
  }),
  defineCase({
    id: "step/no-targets",
    title: "A batch whose examples have no targets trains like any other.",
    plan: "With squared error every output is drawn to 0: steps on batches without one target equal the oracle's.",
    needs: [],
    sizes,
    tolerance: derived,
    async run(context, { m, D }) {
      const problem = smallProblem();
      const targets = sparseTargets.fromRows(
        D,
        Array.from({ length: m }, () => ({ ids: [] })),
      );
      await using layer = await startLayer(context, problem);
      const batches = problem.batches.map(({ hidden }) => ({ hidden, targets }));
      await expectTraining(context, layer, { ...problem, batches });
    },
  }),
  defineCase({
    id: "step/stale",
    title: "A gradient is applied once, and only while it is the newest.",
    plan: "apply and gradientNorm throw ERR_STALE_STEP after apply, discard, train, or a newer gradient, and change nothing.",
    needs: [],
    sizes,
    tolerance: exact,
    async run(context) {
      const problem = smallProblem();
      const { hidden, targets } = problem.batches[0];
      const { update } = problem;
      await using layer = await startLayer(context, problem);
      const applied = await layer.gradient(hidden, targets);
      await applied.apply(update);
      const discarded = await layer.gradient(hidden, targets);
      discarded.discard();
      discarded.discard();
      const overtaken = await layer.gradient(hidden, targets);
      await layer.train(hidden, targets, update);
      const older = await layer.gradient(hidden, targets);
      const newest = await layer.gradient(hidden, targets);
      older.discard();
      await expectUnchanged(context, layer, async () => {
        for (const step of [applied, discarded, overtaken, older]) {
          await context.expectCode("ERR_STALE_STEP", () => step.apply(update));
          await context.expectCode("ERR_STALE_STEP", () => step.gradientNorm());
        }
      });
      await newest.apply(update);
    },
  }),
  defineCase({
    id: "grow/continue",
    title: "Outputs added during training start at ω and train exactly.",
    plan: "After a run of each loss, which moves ω, with refactorings and without, 5 outputs are added in two calls: their rows are ω as it is now, the others stay, and a further run on all of them equals the oracle's.",
    needs: [],
    sizes: product({ conditionLimit: [0, 30], m: [4], d: [7], D: [30], K: [2], steps: [8] }),
    tolerance: derived,
    async run(context, { conditionLimit, ...shape }) {
      for (const subject of sphericalSubjects) {
        const problem = variantProblem(subject, "plain", shape);
        await using layer = await startLayer(context, problem, { conditionLimit });
        await trainLayer(layer, problem);
        const before = await allRows(layer);
        const { offset } = await layer.inspect();
        const moved = norm(problem.offset.map((value, i) => offset.data[i] - value));
        context.expectWithin(`1e-4 / how far ω has moved, ${subject.loss.name}`, 1e-4, moved);
        for (const added of [1, 4]) await layer.grow(added);
        context.expectExact("outputs", layer.outputs, problem.weights.rows + 5);
        const after = await allRows(layer);
        context.expectExact("old rows", after.subarray(0, before.length), before);
        const fresh = Array.from({ length: 5 }, () => [...offset.data]).flat();
        context.expectExact("new rows", after.subarray(before.length), fresh);
        const next = variantProblem(subject, "plain", { ...shape, D: layer.outputs, K: 6, steps: 10 });
        await expectTraining(context, layer, await continued(layer, next));
      }
    },
  }),
];

function batchOf(numbers: ArrayLike<number>, d: number, targets: SparseTargets, exampleWeights?: number[]): Batch {
  const hidden = hostMatrix(numbers.length / d, d, Float64Array.from(numbers));
  if (exampleWeights === undefined) return { hidden, targets };
  return { hidden, targets: { ...targets, exampleWeights: Float64Array.from(exampleWeights) } };
}
