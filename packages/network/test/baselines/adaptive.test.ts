import { referenceModule } from "@widehead/conformance";
import { sparseTargets } from "@widehead/core";
import { expect, test } from "vitest";
import { chooseCutoffs } from "../../src/baselines/adaptive/cutoffs.ts";
import { type AdaptiveOptions, AdaptiveSoftmaxLayer } from "../../src/index.ts";
import { keep } from "../toy.ts";
import { allIds, counts, denseTwin, distance, features, manyHidden, manyLabels, outputs, warm } from "./problem.ts";

const zipf = (length: number): Float64Array => Float64Array.from({ length }, (_, rank) => 1e6 / (rank + 1));

test("chosen cutoffs rise, few, and near those of the authors for a large vocabulary", () => {
  const cutoffs = chooseCutoffs(zipf(267_000));
  expect(cutoffs.length).toBe(3);
  expect(cutoffs).toEqual(cutoffs.toSorted((a, b) => a - b));
  expect(cutoffs[0]).toBeGreaterThan(2000);
  expect(cutoffs[0]).toBeLessThan(20_000);
  expect(chooseCutoffs(zipf(1))).toEqual([]);
});

test("chosen cutoffs cost no more than any other two or three", () => {
  const outputs = 3000;
  const weights = zipf(outputs);
  const total = weights.reduce((sum, count) => sum + count, 0);
  const cost = (cutoffs: readonly number[]): number => {
    const ends = [...cutoffs, outputs];
    return ends.reduce((sum, end, i) => {
      if (i === 0) return end + cutoffs.length;
      const p = weights.subarray(ends[i - 1], end).reduce((all, count) => all + count, 0) / total;
      return sum + (end - ends[i - 1]) * p;
    }, 0);
  };
  const chosen = cost(chooseCutoffs(weights));
  for (let head = 25; head < outputs; head += 150) {
    for (let end = head + 100; end < outputs; end += 150) {
      // The grid of candidates is coarser than every rank: a percent of slack.
      expect(chosen).toBeLessThan(1.01 * cost([head, end]));
      expect(chosen).toBeLessThan(1.01 * cost([head, end, Math.ceil((end + outputs) / 2)]));
    }
  }
});

test("a layer without tails is softmax", async () => {
  await using backend = await referenceModule.create();
  await using layer = await AdaptiveSoftmaxLayer.create({ backend, outputs, features, counts, cutoffs: [] });
  await using dense = await denseTwin(layer);
  const update = { learningRate: 0.7, weightDecay: 0.1, clipNorm: 0.4 };
  const [own, exact] = [
    await layer.train(manyHidden, manyLabels, update),
    await dense.train(manyHidden, manyLabels, update),
  ];
  expect(own.loss).toBeCloseTo(exact.loss, 12);
  expect(distance((await layer.rows(allIds)).data, (await dense.rows(allIds)).data)).toBeLessThan(1e-12);
});

test("rows of a cluster differ from scores by one number an example", async () => {
  await using backend = await referenceModule.create();
  await using layer = await AdaptiveSoftmaxLayer.create({ backend, outputs, features, cutoffs: [3, 7] });
  await warm(layer);
  const rows = await layer.rows(allIds);
  const scores = await layer.scores(manyHidden, allIds);
  for (const [begin, end] of [
    [0, 3],
    [3, 7],
    [7, outputs],
  ]) {
    for (let j = 0; j < manyHidden.rows; j += 1) {
      const shifts = Array.from({ length: end - begin }, (_, i) => {
        const row = Float64Array.from(rows.data.subarray((begin + i) * features, (begin + i + 1) * features));
        const dot = row.reduce((sum, w, f) => sum + w * manyHidden.data[j * features + f], 0);
        return scores.data[j * outputs + begin + i] - dot;
      });
      for (const shift of shifts) expect(shift).toBeCloseTo(shifts[0], 10);
    }
  }
});

test.each([{ cutoffs: [3, 7] }, { cutoffs: [] }])(
  "new outputs join the last of $cutoffs, and are learnt",
  async ({ cutoffs }) => {
    await using backend = await referenceModule.create();
    await using layer = await AdaptiveSoftmaxLayer.create({ backend, outputs, features, counts, cutoffs });
    await layer.grow(4);
    expect(layer.outputs).toBe(outputs + 4);
    const targets = sparseTargets.fromIds(layer.outputs, [outputs + 3, 0, outputs, 5, outputs + 1]);
    const { loss } = await layer.evaluate(manyHidden, targets);
    for (let step = 0; step < 50; step += 1) await layer.train(manyHidden, targets, { learningRate: 0.5 });
    expect((await layer.evaluate(manyHidden, targets)).loss).toBeLessThan(loss - 1);
    await using restored = await AdaptiveSoftmaxLayer.restore(await layer.save(keep), { backend });
    expect((await restored.evaluate(manyHidden, targets)).loss).toBe((await layer.evaluate(manyHidden, targets)).loss);
  },
);

test("options out of range are refused", async () => {
  await using backend = await referenceModule.create();
  const create = (changes: Partial<AdaptiveOptions>) =>
    AdaptiveSoftmaxLayer.create({ backend, outputs, features, ...changes });
  const cases: [string, Partial<AdaptiveOptions>][] = [
    ["outputs", { outputs: 0 }],
    ["features", { features: 0 }],
    ["cutoffs[0]", { cutoffs: [0] }],
    ["cutoffs[1]", { cutoffs: [4, 4] }],
    ["cutoffs[1]", { cutoffs: [4, outputs] }],
    ["counts[12]", { counts: [...counts].with(12, -1) }],
  ];
  for (const [argument, changes] of cases) {
    await expect(create(changes), argument).rejects.toMatchObject({ code: "ERR_OPTION", details: { argument } });
  }
  await expect(create({ counts: [1] })).rejects.toMatchObject({ code: "ERR_SHAPE" });
  await expect(create({ memoryLimit: 100 })).rejects.toMatchObject({ code: "ERR_MEMORY" });
  expect(backend.stats().buffers).toBe(0);
});

test("a snapshot whose parts do not fit is refused, and leaves nothing behind", async () => {
  await using backend = await referenceModule.create();
  await using layer = await AdaptiveSoftmaxLayer.create({ backend, outputs, features, cutoffs: [3, 7] });
  const snapshot = await layer.save(keep);
  const { facts, tensors } = snapshot;
  const held = backend.stats().buffers;
  for (const changed of [
    { ...snapshot, facts: { ...facts, cutoffs: [3, 8] } },
    { ...snapshot, facts: { ...facts, cutoffs: [7, 3] } },
    { ...snapshot, facts: { ...facts, parts: (facts.parts as []).slice(0, 2) } },
    { ...snapshot, tensors: tensors.filter(({ name }) => name !== "projection2") },
  ]) {
    const restored = AdaptiveSoftmaxLayer.restore(changed, { backend });
    await expect(restored).rejects.toMatchObject({ code: "ERR_FORMAT" });
  }
  expect(backend.stats().buffers).toBe(held);
});
