import {
  type ErrorCode,
  type FactoredOptions,
  hostMatrix,
  type OutputLayer,
  sparseTargets,
  squaredError,
  type TopK,
} from "@widehead/core";
import { type Case, type CaseContext, defineCase } from "../case.ts";
import { allowanceStatement, allowances, oracleRun, outputObservations } from "../oracle/observations.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { WorkCounter } from "../work.ts";
import { expectRefactorings, singularProblem } from "./conditioning-problems.ts";
import {
  copySnapshot,
  expectObservations,
  expectUnchanged,
  startLayer,
  stateBytes,
  trainOutputs,
} from "./step-subject.ts";

const derived = { kind: "derived", statement: allowanceStatement } as const;

function smallProblem(steps: number): Problem {
  const shape = { m: 3, d: 4, D: 12, K: 2 };
  return createProblem({ ...shape, loss: squaredError(), steps, seed: 43, update: { learningRate: 0.1 } });
}

/** The largest D there may be. */
const mostOutputs = 2 ** 32 - 1;

/** Ids around the ends of signed and unsigned 32-bit integers. */
const farIds = Uint32Array.of(0, 2 ** 31 - 1, 2 ** 31, mostOutputs - 1, 7);

/** Bytes for a few rows: one slab of the store, and a page for each id that has no neighbour. */
const fewRowBytes = 2 ** 22;

/** W = 0 of as many outputs as there are far ids, which stand for all those that a batch touches. */
function farProblem(steps: number): { readonly small: Problem; readonly far: Problem } {
  const shape = { m: 4, d: 5, D: farIds.length, K: 2 };
  const made = createProblem({ ...shape, loss: squaredError(), steps, seed: 44, update: { learningRate: 0.1 } });
  const small = { ...made, weights: hostMatrix(shape.D, shape.d), offset: new Float64Array(shape.d) };
  const batches = small.batches.map(({ hidden, targets }) => ({
    hidden,
    targets: { ...targets, outputs: mostOutputs, ids: targets.ids.map((id) => farIds[id]) },
  }));
  return { small, far: { ...small, batches } };
}

/** The best outputs are among the touched ones and the first of the others, which are all 0. */
async function expectFarTopK(context: CaseContext, layer: OutputLayer, { batches }: Problem): Promise<TopK> {
  const [{ hidden }] = batches;
  const k = farIds.length + 2;
  const candidates = Uint32Array.from(new Set([...farIds, ...Array(k + farIds.length).keys()]));
  const { data } = await layer.scores(hidden, candidates);
  const top = await layer.topK(hidden, k);
  for (let j = 0; j < hidden.rows; j += 1) {
    const scores = data.subarray(j * candidates.length, (j + 1) * candidates.length);
    const best = [...candidates.keys()]
      .sort((a, b) => scores[b] - scores[a] || candidates[a] - candidates[b])
      .slice(0, k);
    const ids = best.map((at) => candidates[at]);
    context.expectExact(`best of example ${j}`, top.ids.subarray(j * k, (j + 1) * k), ids);
  }
  return top;
}

/** Defects of the published code of the method that show where it is used otherwise than by its authors. */
export const safetyDefectCases: readonly Case[] = [
  defineCase({
    id: "defects/07-counters-of-each-layer",
    title: "Layers on one backend do not touch each other's counters, nor when they refactor.",
    plan: "Two layers in turn, one of which refactors at each step and takes twice as many: both end, bit for bit, like twins that trained alone, with counters of their own.",
    needs: ["deterministic"],
    sizes: [{ steps: 12 }],
    tolerance: { kind: "exact" },
    async run(context, { steps }) {
      const busy = smallProblem(steps);
      const idle = { ...busy, batches: busy.batches.filter((_, step) => step % 2 === 1) };
      const settings = { conditionLimit: 0 };
      await using first = await startLayer(context, busy, settings);
      await using second = await startLayer(context, idle);
      for (const [step, { hidden, targets }] of busy.batches.entries()) {
        await first.train(hidden, targets, busy.update);
        if (step % 2 === 1) await second.train(hidden, targets, idle.update);
      }
      await using firstTwin = await startLayer(context, busy, settings);
      for (const { hidden, targets } of busy.batches) await firstTwin.train(hidden, targets, busy.update);
      await using secondTwin = await startLayer(context, idle);
      for (const { hidden, targets } of idle.batches) await secondTwin.train(hidden, targets, idle.update);
      for (const [layer, twin, expected] of [
        [first, firstTwin, [steps, steps]],
        [second, secondTwin, [steps / 2, 0]],
      ] as const) {
        const counters = await layer.diagnostics();
        context.expectExact("steps and refactorings", [counters.steps, counters.refactorings], expected);
        context.expectExact("state", await stateBytes(layer), await stateBytes(twin));
      }
    },
  }),
  defineCase({
    id: "defects/08-silent-failures",
    title: "A system that cannot be solved costs nothing, and NaN never passes.",
    plan: "A step whose system is singular equals the oracle's by either system. Activations with NaN, on the host and on the device, are ERR_NOT_FINITE, a step to infinity is ERR_NUMERIC_DRIFT, and neither leaves a trace.",
    needs: [],
    sizes: [{ m: 3, d: 4 }],
    tolerance: derived,
    async run(context, { m, d }) {
      for (const system of ["batch", "features"] as const) {
        await expectRefactorings(context, singularProblem(), { system }, { least: 1, most: 6 });
      }
      const problem = smallProblem(1);
      const [{ hidden, targets }] = problem.batches;
      const bad = Float64Array.from({ length: m * d }, (_, at) => (at === 5 ? Number.NaN : 1));
      await using layer = await startLayer(context, problem);
      using onDevice = context.backend.allocate(m, d);
      context.backend.write(onDevice, bad);
      await expectUnchanged(context, layer, async () => {
        for (const activations of [hostMatrix(m, d, bad), onDevice]) {
          await context.expectCode("ERR_NOT_FINITE", () => layer.train(activations, targets, problem.update));
        }
        await context.expectCode("ERR_NUMERIC_DRIFT", () => layer.train(hidden, targets, { learningRate: 1e200 }));
      });
    },
  }),
  defineCase({
    id: "defects/09-offsets-beyond-32-bits",
    title: "The largest number of outputs costs what the touched rows cost, and is exact to its last id.",
    plan: "D = 2³² − 1 from W = 0, with targets at both ends and about 2³¹: losses, gradients and rows equal those of an oracle that has the touched outputs only. Memory is that of a few rows; topK and a snapshot look at the touched ones alone, and the restored layer is the same.",
    needs: [],
    sizes: [
      { steps: 20, conditionLimit: 0 },
      { steps: 20, conditionLimit: 30 },
    ],
    tolerance: derived,
    async run(context, { steps, conditionLimit }) {
      const { small, far } = farProblem(steps);
      const features = small.weights.columns;
      const counter = new WorkCounter(context.backend);
      await using layer = await context.createLayer({
        ...{ backend: counter.backend, outputs: mostOutputs, features, loss: small.loss, conditionLimit },
        rows: counter.store(mostOutputs, features),
        initial: { deviation: 0 },
      });
      const run = oracleRun(small);
      const allowed = allowances(small, run, context.roundoff, outputObservations);
      expectObservations(context, await trainOutputs(layer, far, farIds), run.observed, allowed);
      const { touchedRows, rowBytes } = await layer.diagnostics();
      context.expectExact("rows touched", touchedRows, farIds.length);
      context.expectWithin("bytes of rows", rowBytes, fewRowBytes);
      counter.take();
      const top = await expectFarTopK(context, layer, far);
      const snapshot = await layer.save(copySnapshot);
      context.expectWithin("numbers moved", counter.take().moved, 1e4);
      await using restored = await context.restoreLayer(snapshot, { backend: context.backend });
      context.expectExact("restored", await stateBytes(restored), await stateBytes(layer));
      context.expectWithin("bytes of restored rows", (await restored.diagnostics()).rowBytes, fewRowBytes);
      context.expectExact("topK of the restored", (await expectFarTopK(context, restored, far)).outputs, top.outputs);
    },
  }),
  defineCase({
    id: "defects/10-validation",
    title: "Whatever a caller can get wrong is an error with a code, in every build.",
    plan: "Shapes, ids, numbers and options that cannot be right are refused each with its own code, and leave the layer as it was.",
    needs: [],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: { kind: "exact" },
    async run(context, { m, d, D }) {
      const problem = smallProblem(1);
      const { update } = problem;
      const [{ hidden, targets }] = problem.batches;
      await using layer = await startLayer(context, problem);
      const { ids, offsets } = targets;
      const repeated = { ...targets, ids: ids.map((id, n) => (n < offsets[1] ? 5 : id)) };
      const wrong: readonly (readonly [ErrorCode, () => Promise<unknown>])[] = [
        ["ERR_SHAPE", () => layer.train(hostMatrix(m, d + 1), targets, update)],
        ["ERR_SHAPE", () => layer.train(hidden, sparseTargets.fromIds(D, [1]), update)],
        ["ERR_INDEX_RANGE", () => layer.train(hidden, { ...targets, ids: ids.map(() => D) }, update)],
        ["ERR_DUPLICATE_ID", () => layer.train(hidden, repeated, update)],
        [
          "ERR_NOT_FINITE",
          () => layer.train(hidden, { ...targets, values: new Float64Array(ids.length).fill(NaN) }, update),
        ],
        ["ERR_OPTION", () => layer.train(hidden, targets, { learningRate: -1 })],
        ["ERR_INDEX_RANGE", () => layer.scores(hidden, Uint32Array.of(D))],
        ["ERR_OPTION", () => layer.topK(hidden, 0)],
        ["ERR_OPTION", () => layer.grow(0)],
      ];
      await expectUnchanged(context, layer, async () => {
        for (const [code, call] of wrong) await context.expectCode(code, call);
      });
      const valid: FactoredOptions = { backend: context.backend, outputs: D, features: d, loss: problem.loss };
      for (const change of [{ outputs: 0 }, { features: 1.5 }, { conditionLimit: -1 }]) {
        await context.expectCode("ERR_OPTION", () => context.createLayer({ ...valid, ...change }));
      }
    },
  }),
];
