import {
  diagonal,
  FactoredLayer,
  hostMatrix,
  type Json,
  type Snapshot,
  secondOrder,
  sparseTargets,
  squaredError,
} from "@widehead/core";
import { expect, test } from "vitest";
import { copySnapshot } from "../src/cases/step-subject.ts";
import { referenceModule } from "../src/index.ts";

const options = { outputs: 9, features: 3, loss: squaredError(), initial: { deviation: 0.5 } };
const targets = sparseTargets.fromIds(9, [4, 7]);
const hidden = hostMatrix(2, 3, Float64Array.of(0.3, -0.2, 1, 0.7, 0.1, 1));

test.each([secondOrder(), diagonal()])("a first batch without activations teaches $name nothing", async (factory) => {
  await using backend = await referenceModule.create();
  await using plain = await FactoredLayer.create({ ...options, backend, preconditioner: factory });
  await using idle = await FactoredLayer.create({ ...options, backend, preconditioner: factory });
  await idle.train(hostMatrix(2, 3), targets, { learningRate: 0.1 });
  const results = [];
  for (const layer of [plain, idle]) results.push(await layer.train(hidden, targets, { learningRate: 0.1 }));
  expect(results[1]!.loss).toBe(results[0]!.loss);
  const ids = Uint32Array.from({ length: 9 }, (_, id) => id);
  expect((await idle.rows(ids)).data).toEqual((await plain.rows(ids)).data);
});

test("what a snapshot says of a preconditioner is checked", async () => {
  await using backend = await referenceModule.create();
  await using layer = await FactoredLayer.create({ ...options, backend, preconditioner: secondOrder() });
  await layer.train(hidden, targets, { learningRate: 0.1 });
  const snapshot = await layer.save(copySnapshot);
  const saved = snapshot.facts.preconditioner as { readonly [key: string]: Json };
  const withPreconditioner = (preconditioner: Json): Snapshot => ({
    ...snapshot,
    facts: { ...snapshot.facts, preconditioner },
  });
  const { buffers } = backend.stats();
  for (const state of [{}, { ...(saved.state as object), steps: null }]) {
    const changed = withPreconditioner({ ...saved, state });
    await expect(FactoredLayer.restore(changed, { backend })).rejects.toMatchObject({ code: "ERR_FORMAT" });
  }
  const other = { backend, preconditioner: diagonal() };
  await expect(FactoredLayer.restore(snapshot, other)).rejects.toMatchObject({ code: "ERR_FORMAT" });
  expect(backend.stats().buffers).toBe(buffers);
  await using restored = await FactoredLayer.restore(snapshot, { backend, preconditioner: secondOrder() });
  expect((await restored.diagnostics()).steps).toBe(1);
});
