import {
  cosineDistance,
  type ErrorCode,
  hostMatrix,
  type Loss,
  parseLoss,
  type SparseTargets,
  type SphericalLoss,
  softmaxCrossEntropy,
  sparseTargets,
  sphericalSoftmax,
  squaredError,
  type UpdateOptions,
  type WideheadError,
  zLoss,
} from "@widehead/core";
import { type Case, type CaseContext, defineCase, type FactoredLayerLike } from "../case.ts";
import type { Batch } from "../oracle/descent.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { expectUnchanged, startLayer, trainLayer } from "./step-subject.ts";

type Details = Readonly<Record<string, number | string>>;

function smallProblem(loss: SphericalLoss = squaredError()): Problem {
  return createProblem({ m: 3, d: 4, D: 12, K: 2, loss, steps: 4, seed: 41, update: { learningRate: 0.1 } });
}

function expectDetails(context: CaseContext, error: WideheadError, details: Details): void {
  for (const [name, expected] of Object.entries(details)) {
    const actual = error.details[name];
    context.expectExact(`details.${name} = ${String(actual)}, not ${expected}`, Number(Object.is(actual, expected)), 1);
  }
}

function errorCase(id: string, title: string, run: Case["run"]): Case {
  return defineCase({
    id: `errors/${id}`,
    title,
    plan: "Each call fails with its code and details, and leaves the layer's state, rows included, as it was.",
    needs: [],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: { kind: "exact" },
    run,
  });
}

/** A trained layer refuses the batch in train, gradient and evaluate, and stays as it was. */
async function expectRefused(
  context: CaseContext,
  problem: Problem,
  change: (batch: Batch) => { readonly hidden?: Batch["hidden"]; readonly targets?: SparseTargets },
  code: ErrorCode,
  details: Details,
): Promise<void> {
  await using layer = await startLayer(context, problem);
  await trainLayer(layer, problem);
  const { hidden, targets } = { ...problem.batches[0], ...change(problem.batches[0]) };
  await expectUnchanged(context, layer, async () => {
    const calls = [
      () => layer.train(hidden, targets, problem.update),
      () => layer.gradient(hidden, targets),
      () => layer.evaluate(hidden, targets),
    ];
    for (const call of calls) expectDetails(context, await context.expectCode(code, call), details);
  });
}

/** Targets with the first entries replaced. */
function withFirst<Values extends Float64Array | Uint32Array>(numbers: ArrayLike<number>, values: Values): Values {
  const copy = values.slice() as Values;
  copy.set(numbers);
  return copy;
}

async function expectNotCreated(
  context: CaseContext,
  change: Partial<Parameters<CaseContext["createLayer"]>[0]>,
  code: ErrorCode,
  details: Details,
): Promise<void> {
  const options = { backend: context.backend, outputs: 12, features: 4, loss: squaredError(), ...change };
  expectDetails(context, await context.expectCode(code, () => context.createLayer(options)), details);
}

/** Every call of a layer. */
function allCalls(layer: FactoredLayerLike, { hidden, targets }: Batch, update: UpdateOptions) {
  return [
    () => layer.train(hidden, targets, update),
    () => layer.gradient(hidden, targets),
    () => layer.evaluate(hidden, targets),
    () => layer.scores(hidden, targets.ids),
    () => layer.topK(hidden, 1),
    () => layer.rows(targets.ids),
    () => layer.grow(1),
    () => layer.save(async () => undefined),
    () => layer.diagnostics(),
  ];
}

export const errorCases: readonly Case[] = [
  errorCase("shape", "Shapes that do not fit are refused.", async (context, { m, d, D }) => {
    const problem = smallProblem();
    const wide = hostMatrix(m, d + 1);
    await expectRefused(context, problem, () => ({ hidden: wide }), "ERR_SHAPE", { argument: "hidden" });
    const short = hostMatrix(m, d, new Float64Array(m * d - 1));
    await expectRefused(context, problem, () => ({ hidden: short }), "ERR_SHAPE", {
      expected: m * d,
      actual: m * d - 1,
    });
    const one = sparseTargets.fromIds(D, [1]);
    await expectRefused(context, problem, () => ({ targets: one }), "ERR_SHAPE", { expected: m, actual: 1 });
    const other = sparseTargets.fromIds(D + 1, [1, 2, 3]);
    await expectRefused(context, problem, () => ({ targets: other }), "ERR_SHAPE", { expected: D, actual: D + 1 });
  }),

  errorCase("target-id", "Ids outside 0 … D − 1 are refused.", async (context, { D }) => {
    const change = ({ targets }: Batch) => ({ targets: { ...targets, ids: withFirst([D], targets.ids) } });
    await expectRefused(context, smallProblem(), change, "ERR_INDEX_RANGE", { example: 0, id: D, outputs: D });
    const negative = await context.expectCode("ERR_INDEX_RANGE", () => sparseTargets.fromIds(D, [3, -1]));
    expectDetails(context, negative, { example: 1, id: -1, outputs: D });
    await using layer = await startLayer(context, smallProblem());
    const beyond = await context.expectCode("ERR_INDEX_RANGE", () => layer.rows(Uint32Array.of(0, D)));
    expectDetails(context, beyond, { outputs: D });
  }),

  errorCase("duplicate-id", "An id twice in one example is refused.", async (context) => {
    const change = ({ targets }: Batch) => ({ targets: { ...targets, ids: withFirst([5, 5], targets.ids) } });
    await expectRefused(context, smallProblem(), change, "ERR_DUPLICATE_ID", { example: 0, id: 5 });
  }),

  errorCase("not-finite", "Activations and targets that are not finite are refused.", async (context) => {
    const problem = smallProblem();
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const hidden = ({ hidden: { rows, columns, data } }: Batch) => ({
        hidden: hostMatrix(rows, columns, withFirst([0, bad], Float64Array.from(data))),
      });
      await expectRefused(context, problem, hidden, "ERR_NOT_FINITE", { argument: "hidden", row: 0, column: 1 });
      const targets = ({ targets }: Batch) => ({
        targets: { ...targets, values: withFirst([1, bad], Float64Array.from(targets.values!)) },
      });
      await expectRefused(context, problem, targets, "ERR_NOT_FINITE", { argument: "targets.values", index: 1 });
    }
  }),

  errorCase("not-finite-on-device", "Activations on the device are checked, too.", async (context, { m, d }) => {
    const problem = smallProblem();
    await using layer = await startLayer(context, problem);
    using hidden = context.backend.allocate(m, d);
    context.backend.write(hidden, withFirst([0, Number.NaN], new Float64Array(m * d)));
    const { targets } = problem.batches[0];
    await expectUnchanged(context, layer, async () => {
      const error = await context.expectCode("ERR_NOT_FINITE", () => layer.train(hidden, targets, problem.update));
      expectDetails(context, error, { argument: "hidden", row: 0 });
    });
  }),

  errorCase("negative-target", "Negative targets are refused where the loss needs counts.", async (context) => {
    const problem = smallProblem(sphericalSoftmax({ epsilon: 1 }));
    const change = ({ targets }: Batch) => ({
      targets: { ...targets, values: withFirst([1, -1], Float64Array.from(targets.values!)) },
    });
    await expectRefused(context, problem, change, "ERR_LOSS_DOMAIN", { loss: "spherical", example: 0, index: 1 });
  }),

  errorCase("update-options", "Rates, decays and norms out of range are refused.", async (context) => {
    const problem = smallProblem();
    await using layer = await startLayer(context, problem);
    const { hidden, targets } = problem.batches[0];
    const updates: readonly [string, UpdateOptions][] = [
      ["learningRate", { learningRate: Number.NaN }],
      ["learningRate", { learningRate: Infinity }],
      ["learningRate", { learningRate: -0.1 }],
      ["weightDecay", { learningRate: 0.1, weightDecay: -1 }],
      ["weightDecay", { learningRate: 0.1, weightDecay: 10 }],
      ["weightDecay", { learningRate: 0.1, weightDecay: Number.NaN }],
      ["clipNorm", { learningRate: 0.1, clipNorm: 0 }],
      ["clipNorm", { learningRate: 0.1, clipNorm: Number.NaN }],
    ];
    await expectUnchanged(context, layer, async () => {
      for (const [argument, update] of updates) {
        const trained = await context.expectCode("ERR_OPTION", () => layer.train(hidden, targets, update));
        expectDetails(context, trained, { argument });
        const step = await layer.gradient(hidden, targets);
        expectDetails(context, await context.expectCode("ERR_OPTION", () => step.apply(update)), { argument });
      }
    });
  }),

  errorCase("divergence", "A step whose weights would be infinite is refused.", async (context) => {
    const problem = smallProblem();
    await using layer = await startLayer(context, problem);
    const { hidden, targets } = problem.batches[0];
    await expectUnchanged(context, layer, () =>
      context.expectCode("ERR_NUMERIC_DRIFT", () => layer.train(hidden, targets, { learningRate: 1e200 })),
    );
  }),

  errorCase(
    "disposed",
    "A disposed layer, or matrix, is refused; disposing twice is not.",
    async (context, { m, d }) => {
      const problem = smallProblem();
      const layer = await startLayer(context, problem);
      const step = await layer.gradient(problem.batches[0].hidden, problem.batches[0].targets);
      const hidden = context.backend.allocate(m, d);
      hidden[Symbol.dispose]();
      await expectUnchanged(context, layer, () =>
        context.expectCode("ERR_DISPOSED", () => layer.evaluate(hidden, problem.batches[0].targets)),
      );
      await layer[Symbol.asyncDispose]();
      await layer[Symbol.asyncDispose]();
      const calls = allCalls(layer, problem.batches[0], problem.update);
      for (const call of [...calls, () => step.apply(problem.update)]) await context.expectCode("ERR_DISPOSED", call);
    },
  ),

  errorCase("foreign-handle", "A matrix of another backend is refused.", async (context, { m, d }) => {
    const problem = smallProblem();
    await using layer = await startLayer(context, problem);
    await using stranger = await context.module.create(context.options);
    using hidden = stranger.allocate(m, d);
    await expectUnchanged(context, layer, () =>
      context.expectCode("ERR_FOREIGN_HANDLE", () => layer.evaluate(hidden, problem.batches[0].targets)),
    );
  }),

  errorCase("loss", "Losses that are unknown, or outside the family, are refused.", async (context) => {
    const softmax: Loss = softmaxCrossEntropy();
    const loss = softmax as unknown as SphericalLoss;
    await expectNotCreated(context, { loss }, "ERR_UNSUPPORTED", { loss: "softmax" });
    const unknown = await context.expectCode("ERR_OPTION", () => parseLoss("hinge"));
    expectDetails(context, unknown, { argument: "loss", actual: "hinge" });
  }),

  errorCase("undefined-loss", "A loss that is undefined at its input is refused.", async (context, { d, D }) => {
    const zero = ({ targets }: Batch) => ({ targets: { ...targets, values: new Float64Array(targets.ids.length) } });
    const cosine = smallProblem(cosineDistance());
    await expectRefused(context, cosine, zero, "ERR_LOSS_DOMAIN", { loss: "cosine", example: 0 });
    const silent = ({ hidden: { rows, columns } }: Batch) => ({ hidden: hostMatrix(rows, columns) });
    await expectRefused(context, cosine, silent, "ERR_LOSS_DOMAIN", { loss: "cosine", example: 0 });

    const z = { ...smallProblem(zLoss()), batches: [] as Batch[] };
    const equal = { ...z, weights: hostMatrix(D, d) };
    await using layer = await startLayer(context, equal);
    const { hidden, targets } = smallProblem(zLoss()).batches[0];
    await expectUnchanged(context, layer, async () => {
      const error = await context.expectCode("ERR_LOSS_DOMAIN", () => layer.train(hidden, targets, z.update));
      expectDetails(context, error, { loss: "z", example: 0 });
    });
  }),

  errorCase("undefined-loss-skipped", "Where told to, an undefined loss is left out and counted.", async (context) => {
    const problem = smallProblem(cosineDistance());
    const { backend } = context;
    const { weights, offset, loss, update } = problem;
    await using layer = await context.createLayer({
      ...{ backend, loss, outputs: weights.rows, features: weights.columns, initial: { weights, offset } },
      undefinedExamples: "skip",
    });
    const { hidden, targets } = problem.batches[0];
    const values = withFirst([0, 0], Float64Array.from(targets.values!));
    const all = await layer.evaluate(hidden, targets);
    const some = await layer.train(hidden, { ...targets, values }, update);
    context.expectExact("skipped", [all.skipped, some.skipped], [0, 1]);
    context.expectExact("losses", some.losses, [0, ...all.losses.subarray(1)]);
    context.expectExact(
      "gradient of the skipped",
      some.hiddenGradient!.data.subarray(0, weights.columns),
      [0, 0, 0, 0],
    );
  }),

  errorCase("creation", "Sizes and weights that make no layer are refused.", async (context, { d }) => {
    await expectNotCreated(context, { outputs: 0 }, "ERR_OPTION", { argument: "outputs", actual: 0 });
    await expectNotCreated(context, { outputs: 2 ** 32 }, "ERR_OPTION", { argument: "outputs" });
    await expectNotCreated(context, { features: 1.5 }, "ERR_OPTION", { argument: "features", actual: 1.5 });
    await expectNotCreated(context, { initial: { weights: hostMatrix(11, d) } }, "ERR_SHAPE", {});
    await expectNotCreated(context, { initial: { offset: new Float64Array(d + 1) } }, "ERR_SHAPE", {});
    await expectNotCreated(context, { initial: { deviation: -1 } }, "ERR_OPTION", {});
  }),

  errorCase(
    "memory-limit",
    "A layer larger than its memory limit is refused, and says what it needs.",
    async (context) => {
      const error = await context.expectCode("ERR_MEMORY", () =>
        context.createLayer({
          backend: context.backend,
          outputs: 4e9,
          features: 1024,
          loss: squaredError(),
          memoryLimit: 2 ** 30,
        }),
      );
      expectDetails(context, error, { limit: 2 ** 30 });
      context.expectWithin("bytes of V", 4e9 * 1024 * 4, error.details.needed as number);
    },
  ),
];
