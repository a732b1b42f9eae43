import { type Backend, hostMatrix, memoryRows, type RowStore, squaredError } from "@widehead/core";
import { type Case, type CaseContext, CaseFailure, defineCase, type FactoredLayerLike } from "../case.ts";
import { createProblem, type Problem } from "../oracle/problem.ts";
import { replace } from "../replace.ts";
import { startDense } from "./dense.ts";
import { allRows, expectUnchanged, startLayer } from "./step-subject.ts";

/** What an object that is told to fail throws. */
class InjectedFailure extends Error {
  override readonly name = "InjectedFailure";
}

/** Makes one call fail: the next but `calls`. */
class Fuse {
  #calls = Infinity;

  set(calls: number): void {
    this.#calls = calls;
  }

  /** Takes the order back; true where the call that was to fail has come. */
  remove(): boolean {
    const blown = this.#calls < 0;
    this.#calls = Infinity;
    return blown;
  }

  burn(): void {
    this.#calls -= 1;
    if (this.#calls === -1) throw new InjectedFailure("a call failed, as told");
  }
}

/** The backend, whose kernels, allocations and transfers burn the fuse. */
function failingBackend(backend: Backend, fuse: Fuse): Backend {
  const harmless: readonly PropertyKey[] = ["owns", "stats", "settle"];
  return new Proxy(backend, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || harmless.includes(name)) return member;
      return (...args: unknown[]): unknown => {
        fuse.burn();
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** A store that answers later, and whose calls burn the fuse. */
function failingRows(store: RowStore, fuse: Fuse): RowStore {
  const later = async <T>(call: () => T | Promise<T>): Promise<T> => {
    await Promise.resolve();
    fuse.burn();
    return call();
  };
  return {
    get outputs() {
      return store.outputs;
    },
    features: store.features,
    dtype: store.dtype,
    get touched() {
      return store.touched;
    },
    get bytes() {
      return store.bytes;
    },
    read: (...args) => later(() => store.read(...args)),
    write: (...args) => later(() => store.write(...args)),
    scan: (...args) => later(() => store.scan(...args)),
    grow: (count) => later(() => store.grow(count)),
  };
}

/** W, Q_c and w̄ as one row of numbers. */
async function weightsOf(layer: FactoredLayerLike): Promise<Float64Array> {
  const { gram, sum } = await layer.inspect();
  return Float64Array.of(...(await allRows(layer)), ...gram.data, ...sum.data);
}

/** Calls again and again, one internal call later failing each time, until none fails: until then nothing changes. */
async function expectNoTrace<T>(
  context: CaseContext,
  layer: FactoredLayerLike,
  fuse: Fuse,
  call: () => Promise<T>,
): Promise<T> {
  const before = await weightsOf(layer);
  const { steps } = await layer.diagnostics();
  for (let calls = 0; ; calls += 1) {
    fuse.set(calls);
    const [outcome] = await Promise.allSettled([call()]);
    const blown = fuse.remove();
    if (outcome.status === "fulfilled" && !blown) return outcome.value;
    if (outcome.status === "fulfilled") throw new CaseFailure(`failure ${calls} was swallowed`);
    if (!(outcome.reason instanceof InjectedFailure)) throw outcome.reason;
    context.expectExact(`steps after failure ${calls}`, (await layer.diagnostics()).steps, steps);
    context.expectClose(`weights after failure ${calls}`, await weightsOf(layer), before, context.bound);
  }
}

/** A rate at which links come and go, with more outputs than a sweep looks at in a step. */
function sweepingProblem(steps: number): Problem {
  const shape = { m: 4, d: 3, D: 90, K: 2 };
  return createProblem({ ...shape, loss: squaredError(), steps, seed: 12, update: { learningRate: 0.1 } });
}

const common = {
  needs: [],
  tolerance: {
    kind: "bound",
    value: (_sizes, roundoff) => 2e3 * roundoff,
    statement: "2000 round-offs, 20 of the largest sum: upkeep may carry rows forward before a step fails",
  },
} as const satisfies Partial<Case>;

export const failureCases: readonly Case[] = [
  defineCase({
    ...common,
    id: "errors/backend-failure",
    title: "Whatever call of the backend fails, nothing has changed, and the call can be made again.",
    plan: "Each backend call of a step with refactoring, of one by either system without, of a query, of growing and of recomputing fails in turn. The weights stay, the layer trains on, and no buffer is lost.",
    sizes: [{ steps: 5 }],
    async run(context, { steps }) {
      const problem = sweepingProblem(steps);
      for (const settings of [{ conditionLimit: 0 }, { system: "batch" }, { system: "features" }] as const) {
        const fuse = new Fuse();
        const backend = failingBackend(context.backend, fuse);
        await using layer = await startLayer({ ...context, backend }, problem, settings);
        for (const { hidden, targets } of problem.batches) {
          await expectNoTrace(context, layer, fuse, () => layer.train(hidden, targets, problem.update));
        }
        const [{ hidden }] = problem.batches;
        await expectNoTrace(context, layer, fuse, () => layer.topK(hidden, 2));
        const { gramDrift, sumDrift } = await expectNoTrace(context, layer, fuse, () => layer.recompute());
        context.expectWithin("drift of Q_c", gramDrift, context.bound);
        context.expectWithin("drift of w̄", sumDrift, context.bound);
        await expectNoTrace(context, layer, fuse, () => layer.grow(2));
      }
    },
  }),
  defineCase({
    ...common,
    id: "errors/row-store-failure",
    title: "Whatever call of an asynchronous row store fails, nothing has changed, and the call can be made again.",
    plan: "Each call of the store fails in turn in steps that refactor, settle and sweep, in a step applied on its own, and in growing. The weights stay, and end where those over a store that never fails do.",
    sizes: [{ steps: 150 }],
    async run(context, { steps }) {
      const problem = sweepingProblem(steps);
      const { weights, offset, loss, batches, update } = problem;
      const [outputs, features] = [weights.rows, weights.columns];
      const fuse = new Fuse();
      const { backend } = context;
      const rows = failingRows(memoryRows({ outputs, features, dtype: backend.numerics.dtype }), fuse);
      const options = { backend, outputs, features, loss, initial: { weights, offset }, conditionLimit: 0 };
      await using layer = await context.createLayer({ ...options, rows });
      await using twin = await context.createLayer(options);
      for (const [index, { hidden, targets }] of batches.entries()) {
        await twin.train(hidden, targets, update);
        if (index >= 50 && index < steps - 30) {
          await layer.train(hidden, targets, update);
        } else if (index % 2 === 0) {
          await expectNoTrace(context, layer, fuse, () => layer.train(hidden, targets, update));
        } else {
          const step = await layer.gradient(hidden, targets);
          await expectNoTrace(context, layer, fuse, () => step.apply(update));
        }
      }
      const { settledRows, sweptRows } = await layer.diagnostics();
      context.expectWithin("rows settled, at the least", 1, settledRows);
      context.expectWithin("rows swept, at the least", 1, sweptRows);
      await twin.grow(3);
      await expectNoTrace(context, layer, fuse, () => layer.grow(3));
      context.expectClose("weights at the end", await weightsOf(layer), await weightsOf(twin), context.bound);
    },
  }),
  defineCase({
    id: "errors/row-epoch",
    title: "A row store that gives rows of an epoch whose link is gone is found out.",
    plan: "After a sweep, the store says that its rows are as old as the layer: a step fails with ERR_FORMAT, which tells the epochs there are, and leaves the state as it was.",
    needs: [],
    sizes: [{ steps: 160 }],
    tolerance: { kind: "exact" },
    async run(context, { steps }) {
      const { weights, offset, loss, batches, update } = sweepingProblem(steps);
      const [outputs, features] = [weights.rows, weights.columns];
      const { backend } = context;
      const store = memoryRows({ outputs, features, dtype: backend.numerics.dtype });
      let forgetful = false;
      const rows = replace(store, {
        async read(ids, numbers, epochs) {
          await store.read(ids, numbers, epochs);
          if (forgetful) epochs.fill(0);
        },
      });
      const options = { backend, outputs, features, loss, rows, initial: { weights, offset }, conditionLimit: 0 };
      await using layer = await context.createLayer(options);
      for (const { hidden, targets } of batches) await layer.train(hidden, targets, update);
      const { chainEpochs } = await layer.diagnostics();
      const [{ hidden, targets }] = batches;
      forgetful = true;
      await expectUnchanged(context, layer, async () => {
        const { details } = await context.expectCode("ERR_FORMAT", () => layer.train(hidden, targets, update));
        context.expectExact("epochs", details.expected as number[], [steps - chainEpochs, steps]);
        context.expectExact("epoch", details.actual as number, 0);
      });
    },
  }),
  defineCase({
    id: "errors/clipping-overflow",
    title: "A gradient whose norm overflows is refused, not clipped to nothing.",
    plan: "Activations whose squares are finite while the squares of the gradient are not: train with clipNorm fails with ERR_NUMERIC_DRIFT on either layer, and leaves the state as it was.",
    needs: [],
    sizes: [{ steps: 1 }],
    tolerance: { kind: "exact" },
    async run(context, { steps }) {
      const problem = sweepingProblem(steps);
      const [{ hidden, targets }] = problem.batches;
      const scale = context.backend.numerics.dtype === "float32" ? 1e15 : 1e120;
      const data = Float64Array.from(hidden.data, (h) => scale * h);
      const large = hostMatrix(hidden.rows, hidden.columns, data);
      for (const start of [startLayer, startDense]) {
        await using layer = await start(context, problem);
        await expectUnchanged(context, layer, () =>
          context.expectCode("ERR_NUMERIC_DRIFT", () =>
            layer.train(large, targets, { ...problem.update, clipNorm: 1 }),
          ),
        );
      }
    },
  }),
];
