import { referenceModule } from "@widehead/conformance";
import { createRandom, hostMatrix, sparseTargets } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { drawCandidates } from "../../src/baselines/sampling/candidates.ts";
import { createSampler, type SamplerName } from "../../src/baselines/sampling/sampler.ts";
import type { RowOptimizer, SamplingMethod } from "../../src/index.ts";
import {
  allIds,
  counts,
  createSampled,
  denseTwin,
  distance,
  features,
  manyHidden,
  manyLabels,
  outputs,
  randomHidden,
} from "./problem.ts";

describe.each(["log-uniform", "unigram"] as SamplerName[])("%s sampler", (name) => {
  const sampler = createSampler(name, outputs, Float64Array.from(counts));

  test("draws each output as often as its probability says", () => {
    const probabilities = Array.from(allIds, (id) => sampler.probability(id));
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    const random = createRandom(2);
    const draws = 40_000;
    const seen = new Float64Array(outputs);
    for (let n = 0; n < draws; n += 1) seen[sampler.draw(random)] += 1;
    // Pearson's χ² of 12 degrees of freedom is below 32.9 in 999 of 1000 samples.
    const chi = probabilities.reduce((sum, p, id) => sum + (seen[id] - draws * p) ** 2 / (draws * p), 0);
    expect(chi).toBeLessThan(32.9);
  });

  test("gives frequent outputs more", () => {
    const byCount = [...allIds].sort((a, b) => counts[b] - counts[a]);
    const probabilities = byCount.map((id) => sampler.probability(id));
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
    expect(probabilities[0]).toBeGreaterThan(2 * probabilities[outputs - 1]);
  });

  test("candidates are distinct, and among the draws as often as expected", () => {
    const random = createRandom(3);
    const rounds = 4000;
    const seen = new Float64Array(outputs);
    const expected = new Float64Array(outputs);
    for (let round = 0; round < rounds; round += 1) {
      const { ids, logExpected } = drawCandidates(sampler, outputs, 6, random);
      expect(new Set(ids).size).toBe(6);
      for (const id of ids) seen[id] += 1 / rounds;
      for (const id of allIds) expected[id] += Math.exp(logExpected(id)) / rounds;
    }
    // The formula takes the number of draws as given, which it is not: exact only on the whole.
    for (const id of allIds) expect(Math.abs(seen[id] - expected[id])).toBeLessThan(0.05);
  });

  test("as many candidates as outputs are all of them, expected once", () => {
    const { ids, logExpected } = drawCandidates(sampler, outputs, outputs + 5, createRandom(1));
    expect(ids).toEqual(allIds);
    expect(allIds.map(logExpected)).toEqual(new Uint32Array(outputs));
  });
});

test("the unigram sampler takes the power ¾ of the counts, and 0 as the least of the others", () => {
  const probabilities = (...counts: number[]): number[] => {
    const sampler = createSampler("unigram", counts.length, Float64Array.from(counts));
    return counts.map((_, id) => sampler.probability(id));
  };
  expect(distance(probabilities(16, 0, 1), [0.8, 0.1, 0.1])).toBeLessThan(1e-14);
  expect(distance(probabilities(0.16, 0, 0.01), [0.8, 0.1, 0.1])).toBeLessThan(1e-14);
  expect(probabilities(0, 0)).toEqual([0.5, 0.5]);
});

test("the log-uniform sampler without counts takes ids by frequency", () => {
  const sampler = createSampler("log-uniform", 100, undefined);
  expect(sampler.probability(0)).toBeCloseTo(Math.log(2) / Math.log(101), 12);
  expect(sampler.probability(99)).toBeCloseTo(Math.log(101 / 100) / Math.log(101), 12);
});

test("sampled softmax over all outputs is softmax: losses, hidden gradient, norm and update", async () => {
  await using backend = await referenceModule.create();
  await using layer = await createSampled(backend, { negatives: outputs });
  await using dense = await denseTwin(layer);
  const [own, exact] = [await layer.gradient(manyHidden, manyLabels), await dense.gradient(manyHidden, manyLabels)];
  expect(own.loss).toBeCloseTo(exact.loss, 12);
  expect(distance(own.losses, exact.losses)).toBeLessThan(1e-13);
  expect(distance(own.hiddenGradient!.data, exact.hiddenGradient!.data)).toBeLessThan(1e-13);
  expect(await own.gradientNorm()).toBeCloseTo(await exact.gradientNorm(), 12);
  const update = { learningRate: 0.7, weightDecay: 0.2 };
  await own.apply(update);
  await exact.apply(update);
  expect(distance((await layer.rows(allIds)).data, (await dense.rows(allIds)).data)).toBeLessThan(1e-13);
});

test.each(["sampled-softmax", "nce", "negative-sampling"] as SamplingMethod[])(
  "%s is evaluated by the full softmax",
  async (method) => {
    await using backend = await referenceModule.create();
    await using layer = await createSampled(backend, { method });
    await using dense = await denseTwin(layer);
    const [own, exact] = [await layer.evaluate(manyHidden, manyLabels), await dense.evaluate(manyHidden, manyLabels)];
    expect(own.loss).toBeCloseTo(exact.loss, 12);
    expect(distance(own.losses, exact.losses)).toBeLessThan(1e-13);
    const [top, exactTop] = [await layer.topK(manyHidden, 4), await dense.topK(manyHidden, 4)];
    expect(top.ids).toEqual(exactTop.ids);
    expect(distance(top.probabilities!, exactTop.probabilities!)).toBeLessThan(1e-13);
  },
);

/** Relative error of the mean hidden gradient over many draws, against the full softmax. */
async function bias(method: SamplingMethod, negatives: number, draws: number): Promise<number> {
  await using backend = await referenceModule.create();
  const [hidden, targets] = [randomHidden(3, 8), sparseTargets.fromIds(outputs, [2, 5, 9])];
  // Noise-contrastive estimation tends to the likelihood where outputs are normalised: the constant sees to that.
  await using raw = await createSampled(backend);
  const weights = await raw.rows(allIds);
  const constant = hostMatrix(hidden.rows, features + 3, new Float64Array(hidden.rows * (features + 3)));
  const wide = hostMatrix(outputs, features + 3, new Float64Array(outputs * (features + 3)));
  const { data } = await raw.scores(hidden, allIds);
  for (let j = 0; j < hidden.rows; j += 1) {
    constant.data.set(hidden.data.subarray(j * features, (j + 1) * features), j * (features + 3));
    constant.data[j * (features + 3) + features + j] = 1;
    const row = Float64Array.from(data.subarray(j * outputs, (j + 1) * outputs));
    const logTotal = Math.log(row.reduce((sum, output) => sum + Math.exp(output), 0));
    for (const id of allIds) wide.data[id * (features + 3) + features + j] = -logTotal;
  }
  for (const id of allIds) {
    wide.data.set(weights.data.subarray(id * features, (id + 1) * features), id * (features + 3));
  }
  const initial = { weights: wide };
  await using layer = await createSampled(backend, { method, negatives, features: features + 3, initial });
  await using dense = await denseTwin(layer);
  const { hiddenGradient: exact } = await dense.gradient(constant, targets);
  const mean = new Float64Array(exact!.data.length);
  for (let draw = 0; draw < draws; draw += 1) {
    const { hiddenGradient } = await layer.gradient(constant, targets);
    for (let i = 0; i < mean.length; i += 1) mean[i] += hiddenGradient!.data[i] / draws;
  }
  return distance(mean, exact!.data);
}

test("the mean gradient of sampled softmax tends to that of softmax as the samples grow", async () => {
  const [few, some, most] = [
    await bias("sampled-softmax", 2, 1500),
    await bias("sampled-softmax", 6, 1500),
    await bias("sampled-softmax", 12, 1500),
  ];
  expect(some).toBeLessThan(0.6 * few);
  expect(most).toBeLessThan(0.6 * some);
  expect(most).toBeLessThan(0.05);
});

test("the mean gradient of noise-contrastive estimation tends to that of softmax as the samples grow", async () => {
  const [few, some, many] = [await bias("nce", 3, 1500), await bias("nce", 30, 300), await bias("nce", 1000, 60)];
  expect(some).toBeLessThan(0.6 * few);
  expect(many).toBeLessThan(0.6 * some);
  expect(many).toBeLessThan(0.05);
});

test("sampled softmax is softmax over a label and the drawn candidates, less the logs of their expected counts", async () => {
  await using backend = await referenceModule.create();
  await using layer = await createSampled(backend, { negatives: 5, sampler: "unigram", seed: 9 });
  const { data } = await layer.scores(manyHidden, allIds);
  const { losses } = await layer.gradient(manyHidden, manyLabels);
  const sampler = createSampler("unigram", outputs, Float64Array.from(counts));
  const { ids: drawn, logExpected } = drawCandidates(sampler, outputs, 5, createRandom(9));
  let hits = 0;
  for (let j = 0; j < manyLabels.rows; j += 1) {
    const corrected = (id: number) => data[j * outputs + id] - logExpected(id);
    let loss = 0;
    for (let n = manyLabels.offsets[j]; n < manyLabels.offsets[j + 1]; n += 1) {
      const label = manyLabels.ids[n];
      if (drawn.includes(label)) hits += 1;
      const seen = [...new Set([...drawn, label])];
      const total = seen.reduce((sum, id) => sum + Math.exp(corrected(id)), 0);
      loss += manyLabels.exampleWeights![j] * manyLabels.values![n] * (Math.log(total) - corrected(label));
    }
    expect(losses[j]).toBeCloseTo(loss, 10);
  }
  expect(hits).toBeGreaterThan(0);
  expect(hits).toBeLessThan(manyLabels.ids.length);
});

test("negative sampling is logistic regression against the drawn negatives, labels of the example left out", async () => {
  await using backend = await referenceModule.create();
  const negatives = 3;
  await using layer = await createSampled(backend, { method: "negative-sampling", negatives, seed: 9 });
  const { data } = await layer.scores(manyHidden, allIds);
  const { losses } = await layer.gradient(manyHidden, manyLabels);
  const random = createRandom(9);
  const sampler = createSampler("log-uniform", outputs, Float64Array.from(counts));
  const logistic = (x: number) => -Math.log(1 / (1 + Math.exp(-x)));
  let hits = 0;
  for (let j = 0; j < manyLabels.rows; j += 1) {
    const output = (id: number) => data[j * outputs + id];
    const [begin, end] = [manyLabels.offsets[j], manyLabels.offsets[j + 1]];
    const labels = [...manyLabels.ids.subarray(begin, end)];
    const loss = labels.reduce((sum, label, n) => {
      const drawn = Array.from({ length: negatives }, () => sampler.draw(random));
      const kept = drawn.filter((id) => !labels.includes(id));
      hits += drawn.length - kept.length;
      const own = logistic(output(label)) + kept.reduce((total, id) => total + logistic(-output(id)), 0);
      return sum + manyLabels.exampleWeights![j] * (manyLabels.values![begin + n] ?? 1) * own;
    }, 0);
    expect(losses[j]).toBeCloseTo(loss, 10);
  }
  expect(hits).toBeGreaterThan(0);
});

test("Adagrad divides a row's step by the root of its summed mean squares", async () => {
  await using backend = await referenceModule.create();
  await using plain = await createSampled(backend, { negatives: outputs });
  await using adaptive = await createSampled(backend, { negatives: outputs, optimizer: "adagrad" });
  const before = (await plain.rows(allIds)).data;
  await plain.train(manyHidden, manyLabels, { learningRate: 1 });
  await adaptive.train(manyHidden, manyLabels, { learningRate: 0.1 });
  const [gradient, moved] = [(await plain.rows(allIds)).data, (await adaptive.rows(allIds)).data].map((after) =>
    after.map((value, i) => before[i] - value),
  );
  for (const id of allIds) {
    const [own, step] = [gradient, moved].map((all) =>
      Float64Array.from(all.subarray(id * features, (id + 1) * features)),
    );
    const root = Math.sqrt(own.reduce((sum, g) => sum + g * g, 0) / features + 1e-10);
    const expected = own.map((g) => (0.1 * g) / root);
    expect(distance(step, expected)).toBeLessThan(1e-9);
  }
});

test.each(["sgd", "adagrad"] as RowOptimizer[])("weight decay shrinks the rows that %s touches", async (optimizer) => {
  await using backend = await referenceModule.create();
  await using plain = await createSampled(backend, { optimizer, negatives: 2 });
  await using decayed = await createSampled(backend, { optimizer, negatives: 2 });
  const before = (await plain.rows(allIds)).data;
  const targets = sparseTargets.fromIds(outputs, [4, 6]);
  await plain.train(randomHidden(2, 1), targets, { learningRate: 0.5 });
  await decayed.train(randomHidden(2, 1), targets, { learningRate: 0.5, weightDecay: 0.2 });
  const [moved, shrunk] = [(await plain.rows(allIds)).data, (await decayed.rows(allIds)).data];
  for (let i = 0; i < before.length; i += 1) {
    const touched = moved[i] !== before[i];
    expect(shrunk[i]).toBeCloseTo(moved[i] - (touched ? 0.1 * before[i] : 0), 12);
  }
  expect(moved).not.toEqual(before);
});

test("a step moves only the rows of the labels and the candidates", async () => {
  await using backend = await referenceModule.create();
  await using layer = await createSampled(backend, { negatives: 2 });
  const before = (await layer.rows(allIds)).data;
  await layer.train(randomHidden(2, 1), sparseTargets.fromIds(outputs, [4, 4]), { learningRate: 1, weightDecay: 0.5 });
  const after = (await layer.rows(allIds)).data;
  const rowMoved = (id: number) => after.some((value, i) => Math.floor(i / features) === id && value !== before[i]);
  const movedIds = [...allIds].filter(rowMoved);
  expect(movedIds).toContain(4);
  expect(movedIds.length).toBeGreaterThanOrEqual(2);
  expect(movedIds.length).toBeLessThanOrEqual(3);
});

test("new outputs have the offset as weights, and can be drawn and learnt", async () => {
  await using backend = await referenceModule.create();
  for (const sampler of ["log-uniform", "unigram"] as SamplerName[]) {
    await using layer = await createSampled(backend, { sampler, optimizer: "adagrad", method: "nce" });
    await layer.grow(3);
    expect(layer.outputs).toBe(outputs + 3);
    const ids = Uint32Array.of(outputs, outputs + 2);
    const offset = Array.from({ length: features }, (_, i) => i / 10);
    expect([...(await layer.rows(ids)).data]).toEqual([...offset, ...offset]);
    const targets = sparseTargets.fromIds(layer.outputs, [outputs + 2]);
    const { loss } = await layer.evaluate(randomHidden(1, 1), targets);
    for (let step = 0; step < 20; step += 1) await layer.train(randomHidden(1, 1), targets, { learningRate: 0.1 });
    expect((await layer.evaluate(randomHidden(1, 1), targets)).loss).toBeLessThan(loss);
  }
});

test("options out of range are refused", async () => {
  await using backend = await referenceModule.create();
  const wrong = { method: "softmax", sampler: "uniform", optimizer: "adam" } as unknown as Record<string, never>;
  const cases: [string, Parameters<typeof createSampled>[1]][] = [
    ["method", { method: wrong.method }],
    ["sampler", { sampler: wrong.sampler }],
    ["optimizer", { optimizer: wrong.optimizer }],
    ["negatives", { negatives: 0 }],
    ["outputs", { outputs: 0, counts: [] }],
    ["features", { features: 1.5 }],
    ["counts[2]", { counts: [...counts].with(2, -1) }],
    ["counts[0]", { counts: [...counts].with(0, Number.NaN) }],
  ];
  for (const [argument, changes] of cases) {
    await expect(createSampled(backend, changes), argument).rejects.toMatchObject({
      code: "ERR_OPTION",
      details: { argument },
    });
  }
  const initial = {};
  const withoutCounts = createSampled(backend, { sampler: "unigram", counts: undefined as never, initial });
  await expect(withoutCounts).rejects.toMatchObject({ code: "ERR_OPTION", details: { argument: "counts" } });
  await expect(createSampled(backend, { counts: [1, 2] })).rejects.toMatchObject({ code: "ERR_SHAPE" });
  await expect(createSampled(backend, { memoryLimit: 100 })).rejects.toMatchObject({ code: "ERR_MEMORY" });
  expect(backend.stats().buffers).toBe(0);
});

test("a loss that overflows stops the step before the weights change", async () => {
  for (const method of ["sampled-softmax", "nce"] as SamplingMethod[]) {
    await using backend = await referenceModule.create();
    await using layer = await createSampled(backend, { method });
    const before = (await layer.rows(allIds)).data;
    const values = Float64Array.of(Number.MAX_VALUE);
    const targets = { ...sparseTargets.fromIds(outputs, [3]), values, exampleWeights: Float64Array.of(1e10) };
    const step = layer.train(randomHidden(1, 1), targets, { learningRate: 1 });
    await expect(step).rejects.toMatchObject({ code: "ERR_NUMERIC_DRIFT", details: { example: 0 } });
    expect((await layer.rows(allIds)).data).toEqual(before);
  }
});
