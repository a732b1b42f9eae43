import { createRandom, hostMatrix, sparseTargets, squaredError } from "@widehead/core";
import { type Case, type CaseContext, defineCase, type Sizes } from "../case.ts";
import type { Batch } from "../oracle/descent.ts";
import { type Work, WorkCounter } from "../work.ts";

const update = { learningRate: 0.05 };

/** The same batches whatever D is: all ids are small. */
function batchesOf({ m, d, steps }: Sizes, D: number): Batch[] {
  const random = createRandom(51);
  return Array.from({ length: steps }, () => {
    const data = Float64Array.from({ length: m * d }, () => Math.tanh(random.normal()));
    const ids = Array.from({ length: m }, () => random.integer(50));
    return { hidden: hostMatrix(m, d, data), targets: sparseTargets.fromIds(D, ids) };
  });
}

/** What each step of a run costs. The rows start random, or, with deviation 0, equal and at no cost. */
async function stepWork(
  context: CaseContext,
  sizes: Sizes,
  D: number,
  { deviation, conditionLimit }: { readonly deviation: number; readonly conditionLimit: number },
): Promise<{ readonly work: readonly Work[]; readonly swept: number }> {
  const { d } = sizes;
  const counter = new WorkCounter(context.backend);
  await using layer = await context.createLayer({
    backend: counter.backend,
    rows: counter.store(D, d),
    outputs: D,
    features: d,
    loss: squaredError(),
    initial: { deviation, seed: 1 },
    conditionLimit,
  });
  counter.take();
  const work: Work[] = [];
  for (const { hidden, targets } of batchesOf(sizes, D)) {
    await layer.train(hidden, targets, update);
    work.push(counter.take());
  }
  return { work, swept: (await layer.diagnostics()).sweptRows };
}

/** Rows that a step may settle or sweep when every step refactors, for so few features. */
const sweptRowsLimit = 512;

/** Calls are counted one by one, their sizes by the multiply-adds and the numbers moved. */
function expectSameWork(context: CaseContext, observed: readonly Work[], expected: readonly Work[]): void {
  for (const name of ["kernelCalls", "multiplyAdds", "moved"] as const) {
    context.expectExact(
      `${name} of each step`,
      observed.map((work) => work[name]),
      expected.map((work) => work[name]),
    );
  }
}

export const workCases: readonly Case[] = [
  defineCase({
    id: "laws/work-independent-of-outputs",
    title: "A step does the same work for 100 outputs as for 100,000.",
    plan: "Kernel calls, multiply-adds and numbers moved between host, backend and row store are counted: equal, step by step, for rows that start equal, whether or not each step refactors before a sweep begins.",
    needs: [],
    sizes: [
      { m: 3, d: 8, steps: 6 },
      { m: 20, d: 5, steps: 6 },
    ],
    tolerance: { kind: "exact" },
    async run(context, sizes) {
      for (const conditionLimit of [30, 0]) {
        const few = await stepWork(context, sizes, 100, { deviation: 0, conditionLimit });
        const many = await stepWork(context, sizes, 100_000, { deviation: 0, conditionLimit });
        expectSameWork(context, many.work, few.work);
        context.expectWithin("steps without work", few.work.filter((work) => work.multiplyAdds === 0).length, 0);
      }
    },
  }),
  defineCase({
    id: "laws/sweep-independent-of-outputs",
    title: "Sweeping rows forward costs each step an amount that does not grow with the outputs.",
    plan: "Random rows, refactoring at each of 400 steps, with several passes over all rows or a part of one: no step costs more than one without a sweep, plus 512 rows through the products that so many epochs have.",
    needs: [],
    sizes: [{ m: 3, d: 8, steps: 400 }],
    tolerance: { kind: "bound", value: () => 1, statement: "relative to the stated multiply-adds and numbers" },
    async run(context, sizes) {
      const { d, m, steps } = sizes;
      const swept = sweptRowsLimit;
      const plain = (await stepWork(context, sizes, 100, { deviation: 0, conditionLimit: 30 })).work.at(-1)!;
      const crossings = 2 * Math.ceil(Math.log2(steps)) + 1;
      for (const D of [100, 1152, 1300, 8000]) {
        const run = await stepWork(context, sizes, D, { deviation: 0.5, conditionLimit: 0 });
        context.expectWithin(`rows swept of ${D}`, Math.min(D, 1000), run.swept);
        // a swept row is multiplied through and copied; a batch's rows besides come forward, and are refactored
        const rows = swept + 3 * m;
        const multiplyAdds = plain.multiplyAdds + rows * d * (d + 1) * crossings;
        const moved = plain.moved + 4 * rows * d + 4 * d * d;
        for (const [step, work] of run.work.entries()) {
          context.expectWithin(`multiply-adds of step ${step}`, work.multiplyAdds / multiplyAdds, context.bound);
          context.expectWithin(`numbers moved by step ${step}`, work.moved / moved, context.bound);
        }
      }
    },
  }),
];
