import { referenceModule } from "@widehead/conformance";
import { type Backend, hostMatrix, type OutputLayer, sparseTargets } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { bytesOf, keep } from "../toy.ts";
import { allIds, features, manyHidden, manyLabels, outputs, randomHidden, subjects, warm } from "./problem.ts";

/** A backend whose matrices the host cannot see. */
function withoutHostView(backend: Backend): Backend {
  return new Proxy(backend, {
    get(target, key) {
      if (key === "hostView") return undefined;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function run(layer: OutputLayer): Promise<Record<string, Uint8Array>> {
  await warm(layer);
  await layer.train(manyHidden, manyLabels, { learningRate: 0.3, weightDecay: 0.1, clipNorm: 0.5 });
  return layer.save(bytesOf);
}

describe.each(subjects)("$name", ({ create, restore }) => {
  test("training lowers the exact loss of the batch", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    const before = await layer.evaluate(manyHidden, manyLabels);
    for (let step = 0; step < 60; step += 1) await layer.train(manyHidden, manyLabels, { learningRate: 0.1 });
    expect((await layer.evaluate(manyHidden, manyLabels)).loss).toBeLessThan(before.loss - 0.3);
    expect((await layer.diagnostics()).steps).toBe(60);
  });

  test("a restored layer goes on to the same bits", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    await warm(layer);
    await using restored = await restore(await layer.save(keep), backend);
    expect(await restored.save(bytesOf)).toEqual(await layer.save(bytesOf));
    expect(await run(restored)).toEqual(await run(layer));
  });

  test("a backend whose memory the host does not see gives the same bits", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    await using hidden = await create(withoutHostView(backend));
    expect(await run(hidden)).toEqual(await run(layer));
  });

  test("float32 agrees with float64 to its round-off", async () => {
    await using backend = await referenceModule.create();
    await using single = await referenceModule.create({ dtype: "float32" });
    await using layer = await create(backend);
    await using rounded = await create(single);
    for (const each of [layer, rounded]) await run(each);
    const [exact, near] = [
      await layer.evaluate(manyHidden, manyLabels),
      await rounded.evaluate(manyHidden, manyLabels),
    ];
    expect(Math.abs(near.loss - exact.loss)).toBeLessThan(1e-5 * exact.loss);
  });

  test("topK is the sorted scores, and the loss of an output is its log-probability", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    await warm(layer);
    const { data } = await layer.scores(manyHidden, allIds);
    const { ids, outputs: best, probabilities, k } = await layer.topK(manyHidden, 5);
    for (let j = 0; j < manyHidden.rows; j += 1) {
      const row = data.subarray(j * outputs, (j + 1) * outputs);
      const sorted = [...allIds].sort((a, b) => row[b] - row[a]).slice(0, k);
      expect([...ids.subarray(j * k, (j + 1) * k)]).toEqual(sorted);
      sorted.forEach((id, i) => {
        expect(best[j * k + i]).toBeCloseTo(row[id], 10);
      });
    }
    const targets = sparseTargets.fromIds(
      outputs,
      Array.from({ length: manyHidden.rows }, (_, j) => ids[j * k]),
    );
    const { losses } = await layer.evaluate(manyHidden, targets);
    losses.forEach((loss, j) => {
      expect(loss).toBeCloseTo(-Math.log(probabilities![j * k]), 10);
    });
  });

  test("queries between a gradient and its update change nothing", async () => {
    await using backend = await referenceModule.create();
    await using plain = await create(backend);
    await using queried = await create(backend);
    for (const layer of [plain, queried]) {
      const step = await layer.gradient(manyHidden, manyLabels);
      if (layer === queried) {
        await layer.evaluate(randomHidden(9, 1), sparseTargets.fromIds(outputs, Array(9).fill(5)));
        await layer.topK(randomHidden(3, 2), 2);
        await layer.scores(randomHidden(3, 2), Uint32Array.of(1, 1, 9));
        await step.gradientNorm();
      }
      await step.apply({ learningRate: 0.2 });
    }
    expect(await queried.save(bytesOf)).toEqual(await plain.save(bytesOf));
  });

  test("an empty batch and a learning rate of 0 change no weights", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    const weights = async () => (await layer.scores(manyHidden, allIds)).data;
    const before = await weights();
    const { loss, losses } = await layer.train(hostMatrix(0, features), sparseTargets.fromIds(outputs, []), {
      learningRate: 1,
    });
    expect([loss, losses.length]).toEqual([0, 0]);
    await layer.train(manyHidden, manyLabels, { learningRate: 0 });
    expect(await weights()).toEqual(before);
  });

  test("activations that are not finite, and negative labels, are refused", async () => {
    await using backend = await referenceModule.create();
    await using layer = await create(backend);
    const bad = hostMatrix(manyHidden.rows, features, manyHidden.data.slice());
    bad.data[11] = Number.NaN;
    for (const call of [
      () => layer.train(bad, manyLabels, { learningRate: 1 }),
      () => layer.evaluate(bad, manyLabels),
      () => layer.topK(bad, 1),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "ERR_NOT_FINITE", details: { row: 1, column: 3 } });
    }
    const negative = { ...sparseTargets.fromIds(outputs, [1]), values: Float64Array.of(-1) };
    await expect(layer.evaluate(randomHidden(1, 1), negative)).rejects.toMatchObject({ code: "ERR_LOSS_DOMAIN" });
  });

  test("a layer of another kind, and one without its tensors, are no snapshot of it", async () => {
    await using backend = await referenceModule.create();
    const before = backend.stats().buffers;
    await using layer = await create(backend);
    const snapshot = await layer.save(keep);
    const cases = [
      { ...snapshot, facts: { ...snapshot.facts, kind: "dense" } },
      { ...snapshot, facts: { ...snapshot.facts, version: 99 } },
      { ...snapshot, tensors: snapshot.tensors.slice(0, -1) },
      { ...snapshot, tensors: snapshot.tensors.filter(({ name }) => name !== "counts").slice(1) },
    ];
    const held = backend.stats().buffers;
    for (const each of cases) await expect(restore(each, backend)).rejects.toMatchObject({ code: "ERR_FORMAT" });
    expect(backend.stats().buffers).toBe(held);
    await layer[Symbol.asyncDispose]();
    expect(backend.stats().buffers).toBe(before);
  });

  test("disposal frees all that it holds, after the calls before it, and is idempotent", async () => {
    await using backend = await referenceModule.create();
    const before = backend.stats().buffers;
    const layer = await create(backend);
    const trained = layer.train(manyHidden, manyLabels, { learningRate: 0.1 });
    const queried = layer.topK(manyHidden, 2);
    await layer[Symbol.asyncDispose]();
    await layer[Symbol.asyncDispose]();
    await Promise.all([trained, queried]);
    expect(backend.stats().buffers).toBe(before);
    await expect(layer.topK(manyHidden, 2)).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  });
});
