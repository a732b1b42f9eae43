import { cosineDistance, hostMatrix, type OutputLayer, squaredError, taylorSoftmax } from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { startDense } from "./dense.ts";
import { allRows, expectUnchanged, startLayer, stateBytes } from "./step-subject.ts";

const exact = { kind: "exact" } as const;

function smallProblem(loss: Problem["loss"]): Problem {
  return createProblem({ m: 3, d: 4, D: 12, K: 2, loss, steps: 4, seed: 51, update: { learningRate: 0.1 } });
}

export const handleCases: readonly Case[] = [
  defineCase({
    id: "laws/hidden-handle-reused",
    title: "Activations may lie in a matrix that takes their gradient, and may be overwritten before the update.",
    plan: "A view of a wider matrix is hidden and gradientInto at once, in train and in gradient and apply: gradients and W are those of activations and gradients on the host, bit for bit.",
    needs: ["deterministic"],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: exact,
    async run(context, { m, d }) {
      const { backend } = context;
      using wide = backend.allocate(m + 1, d + 2);
      const shared = backend.view(wide, 1, 1, m, d);
      const makers: readonly ((problem: Problem) => Promise<OutputLayer>)[] = [
        (problem) => startLayer(context, problem),
        (problem) => startDense(context, problem),
      ];
      for (const problem of [squaredError(), taylorSoftmax()].map(smallProblem)) {
        for (const start of makers) {
          await using onHost = await start(problem);
          await using onDevice = await start(problem);
          for (const [index, { hidden, targets }] of problem.batches.entries()) {
            backend.write(shared, hidden.data);
            const options = { ...problem.update, gradientInto: shared };
            if (index % 2 === 0) {
              const { hiddenGradient } = await onHost.train(hidden, targets, problem.update);
              await onDevice.train(shared, targets, options);
              const [gradient] = await backend.readMany([shared]);
              context.expectExact(`${onHost.kind} hidden gradient`, gradient, hiddenGradient!.data);
            } else {
              await (await onHost.gradient(hidden, targets)).apply(problem.update);
              const step = await onDevice.gradient(shared, targets, options);
              backend.fill(wide, Number.NaN);
              await step.apply(problem.update);
            }
          }
          context.expectExact(`${onHost.kind} weights`, await allRows(onDevice), await allRows(onHost));
        }
      }
    },
  }),
  defineCase({
    id: "laws/hidden-gradient-into-array",
    title: "The hidden gradient goes into the caller's array, and is the one that would have been allocated.",
    plan: "A dirty array of the other element type takes the gradients of train and of gradient, of both layers, for a loss of one pass and one of two; one number too few is refused.",
    needs: ["deterministic"],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: exact,
    async run(context, { m, d }) {
      const Numbers = context.backend.numerics.dtype === "float32" ? Float64Array : Float32Array;
      const gradientInto = new Numbers(m * d);
      for (const problem of [squaredError(), taylorSoftmax()].map(smallProblem)) {
        for (const start of [startLayer, startDense] as const) {
          await using plain: OutputLayer = await start(context, problem);
          await using into: OutputLayer = await start(context, problem);
          const { hidden, targets } = problem.batches[0]!;
          for (const call of ["gradient", "train"] as const) {
            const expected = Numbers.from((await plain[call](hidden, targets, problem.update)).hiddenGradient!.data);
            gradientInto.fill(Number.NaN);
            const options = { ...problem.update, gradientInto };
            const { hiddenGradient } = await into[call](hidden, targets, options);
            context.expectExact(`${into.kind} ${call}`, gradientInto, expected);
            context.expectExact(
              `${into.kind} ${call} returns the array`,
              Number(hiddenGradient!.data === gradientInto),
              1,
            );
          }
          const short = { ...problem.update, gradientInto: new Numbers(m * d - 1) };
          await context.expectCode("ERR_SHAPE", () => into.train(hidden, targets, short));
        }
      }
    },
  }),
  defineCase({
    id: "laws/stale-after-failure",
    title: "A gradient that failed leaves no older step that could be applied.",
    plan: "A batch whose loss is undefined fails between a gradient and its apply: the older step is stale, since its scratch is gone, and the weights stay. A batch refused before the pass leaves the step fresh.",
    needs: ["deterministic"],
    sizes: [{ m: 3, d: 4, D: 12 }],
    tolerance: exact,
    async run(context, { m, d }) {
      const problem = smallProblem(cosineDistance());
      const [{ hidden, targets }] = problem.batches;
      const undefinedTargets = { ...targets, values: new Float64Array(targets.ids.length) };
      await using layer = await startLayer(context, problem);
      await expectUnchanged(context, layer, async () => {
        const step = await layer.gradient(hidden, targets);
        await context.expectCode("ERR_LOSS_DOMAIN", () => layer.gradient(hidden, undefinedTargets));
        await context.expectCode("ERR_STALE_STEP", () => step.apply(problem.update));
      });

      await using twin = await startLayer(context, problem);
      await twin.train(hidden, targets, problem.update);
      const step = await layer.gradient(hidden, targets);
      await context.expectCode("ERR_SHAPE", () => layer.gradient(hostMatrix(m, d + 1), targets));
      await step.apply(problem.update);
      context.expectExact("state", await stateBytes(layer), await stateBytes(twin));
    },
  }),
];
