import { type Json, memoryRows, type Snapshot, squaredError } from "@widehead/core";
import { type Case, defineCase } from "../case.ts";
import { createProblem } from "../oracle/problem.ts";
import { copySnapshot, startLayer, trainLayer } from "./step-subject.ts";

/** Facts that no layer has, one at a time. */
const wrongFacts: readonly (readonly [name: string, value: Json])[] = [
  ["kind", "dense"],
  ["version", 0],
  ["outputs", 11],
  ["features", 0],
  ["epoch", 3],
  ["firstEpoch", -1],
  ["leaps", [[0, 77]]],
  ["exactLeaps", []],
  ["sweep", null],
  ["sweep", { cursor: "first" }],
  ["sweep", { cursor: 0, marks: [], debt: 0, pace: 0, interval: 0, due: 0 }],
  ["settling", null],
  ["settling", { blocks: [[16]], pace: 0, interval: 0, due: 0 }],
  ["settledEpoch", 77],
  ["counters", null],
  ["squaredNorm", "large"],
  ["conditionLimit", null],
  ["system", "fastest"],
  ["undefinedExamples", "ignore"],
];

export const snapshotErrorCases: readonly Case[] = [
  defineCase({
    id: "errors/snapshot",
    title: "A snapshot whose facts are wrong, or that does not fit the store it is to fill, is refused.",
    plan: "Each fact in turn is replaced by one that no layer has, and stores of another shape or type are given: ERR_FORMAT or ERR_SHAPE, and no buffer is left behind. The snapshot itself is restored.",
    needs: [],
    sizes: [{ m: 3, d: 4, D: 12, steps: 5 }],
    tolerance: { kind: "exact" },
    async run(context, { m, d, D, steps }) {
      const { backend } = context;
      const update = { learningRate: 0.1 };
      const problem = createProblem({ m, d, D, K: 2, loss: squaredError(), steps, seed: 61, update });
      await using layer = await startLayer(context, problem, { conditionLimit: 0 });
      await trainLayer(layer, problem);
      const snapshot: Snapshot = await layer.save(copySnapshot);
      const { buffers } = backend.stats();
      for (const [name, value] of wrongFacts) {
        const changed = { ...snapshot, facts: { ...snapshot.facts, [name]: value } };
        await context.expectCode("ERR_FORMAT", () => context.restoreLayer(changed, { backend }));
        context.expectExact(`buffers after a wrong ${name}`, backend.stats().buffers, buffers);
      }
      const { dtype } = backend.numerics;
      const otherDtype = dtype === "float32" ? "float64" : "float32";
      const shapes = { outputs: D, features: d, dtype } as const;
      for (const change of [{ outputs: D - 1 }, { features: d + 1 }, { dtype: otherDtype }] as const) {
        const rows = memoryRows({ ...shapes, ...change });
        await context.expectCode("ERR_SHAPE", () => context.restoreLayer(snapshot, { backend, rows }));
      }
      await using restored = await context.restoreLayer(snapshot, { backend, rows: memoryRows(shapes) });
      const ids = Uint32Array.from({ length: D }, (_, id) => id);
      context.expectExact("rows", (await restored.rows(ids)).data, (await layer.rows(ids)).data);
    },
  }),
];
