import { referenceModule } from "@widehead/conformance";
import { expect, test } from "vitest";
import { type Batch, LanguageModel, type LanguageModelOptions } from "../src/index.ts";
import { NaiveHead, squaredError } from "./naive-head.ts";
import { bytesOf, createToy, keep, restoreNaiveHead, toyBatch, toyOptions, toyText, words } from "./toy.ts";

const batch = toyBatch(toyText(20, 1));
const update = { learningRate: 0.5 };

test("a step lowers the loss of its batch", async () => {
  await using toy = await createToy();
  const { loss } = await toy.model.train(batch, update);
  expect((await toy.model.evaluate(batch)).loss).toBeLessThan(loss);
});

test("evaluate, predict, hidden and neighbors change nothing", async () => {
  await using toy = await createToy();
  const before = await toy.model.save(bytesOf);
  await toy.model.evaluate(batch);
  await toy.model.predict(batch.contexts, 3);
  await toy.model.hidden(batch.contexts);
  await toy.model.neighbors(0, 3);
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test("inputRows hands out copies of words' embeddings", async () => {
  await using toy = await createToy();
  const { embedding } = toyOptions;
  const both = await toy.model.inputRows(Uint32Array.of(3, 1));
  const one = await toy.model.inputRows(Uint32Array.of(1));
  expect([both.rows, both.columns]).toEqual([2, embedding]);
  expect(both.data.slice(embedding)).toEqual(one.data);
  both.data.fill(0);
  expect((await toy.model.inputRows(Uint32Array.of(3))).data.some((value) => value !== 0)).toBe(true);
  await expect(toy.model.inputRows(Uint32Array.of(words))).rejects.toMatchObject({ code: "ERR_INDEX_RANGE" });
});

test("an empty batch, and learning rates of 0, change nothing", async () => {
  await using toy = await createToy();
  const before = await toy.model.save(bytesOf);
  const empty = { contexts: new Uint32Array(0), targets: new Uint32Array(0) };
  expect((await toy.model.train(empty, update)).loss).toBe(0);
  await toy.model.train(batch, { learningRate: 0, bodyLearningRate: 0 });
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test("only the rows of words in the batch move", async () => {
  await using toy = await createToy();
  const before = await toy.model.save(bytesOf);
  await toy.model.train({ contexts: Uint32Array.of(4, 4), targets: Uint32Array.of(1) }, update);
  const after = await toy.model.save(bytesOf);
  const rowOf = (bytes: Uint8Array, row: number) => bytes.slice(row * 32, (row + 1) * 32).join();
  for (let row = 0; row < words; row += 1) {
    const same = rowOf(before["body.embedding"], row) === rowOf(after["body.embedding"], row);
    expect(same, `row ${row}`).toBe(row !== 4);
  }
});

test("predict ranks by probability", async () => {
  await using toy = await createToy();
  const top = await toy.model.predict(Uint32Array.of(1, 2, 3, 4), words);
  expect([top.rows, top.k]).toEqual([2, words]);
  const first = top.probabilities!.subarray(0, words);
  expect(first.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  expect([...first]).toEqual([...first].sort((a, b) => b - a));
});

test("perplexity belongs to losses that define probabilities", async () => {
  await using spherical = await createToy();
  await using squared = await createToy({}, squaredError);
  expect([spherical.model.hasPerplexity, squared.model.hasPerplexity]).toEqual([true, false]);
});

test("neighbors are ordered by the mean cosine of embeddings and centred output weights, without the word itself", async () => {
  await using toy = await createToy({ embedding: 2 });
  const all = Uint32Array.from({ length: words }, (_, id) => id);
  const { ids, similarities } = await toy.model.neighbors(3, words);
  expect([...ids].sort((a, b) => a - b)).toEqual([...all].filter((id) => id !== 3));
  const bytes = (await toy.model.save(bytesOf))["body.embedding"];
  const { data, columns } = await toy.model.head.rows(all);
  const mean = Array.from(
    { length: columns },
    (_, j) => all.reduce((sum, id) => sum + data[id * columns + j], 0) / words,
  );
  const embeddings = vectors(new Float64Array(bytes.buffer), 2);
  const outputs = vectors(data, columns).map((row) => row.map((value, j) => value - mean[j]));
  ids.forEach((id, i) => {
    expect(similarities[i]).toBeCloseTo(
      (cosine(embeddings[id], embeddings[3]) + cosine(outputs[id], outputs[3])) / 2,
      12,
    );
    if (i > 0) expect(similarities[i]).toBeLessThanOrEqual(similarities[i - 1]);
  });
});

test("neighbors are sought among the first ids, for a word that need not be one of them", async () => {
  await using toy = await createToy();
  expect([...(await toy.model.neighbors(9, words, 4)).ids].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  await expect(toy.model.neighbors(9, 3, 0)).rejects.toMatchObject({ code: "ERR_OPTION" });
});

function vectors(numbers: ArrayLike<number>, columns: number): number[][] {
  return Array.from({ length: numbers.length / columns }, (_, row) =>
    Array.from({ length: columns }, (_, j) => numbers[row * columns + j]),
  );
}

function cosine(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, j) => sum + value * other[j], 0) / (Math.hypot(...one) * Math.hypot(...other));
}

test("overlapping calls run in order", async () => {
  await using queued = await createToy();
  await using awaited = await createToy();
  const overlapping = await Promise.all([1, 2, 3].map(() => queued.model.train(batch, update)));
  const losses: number[] = [];
  for (const _ of overlapping) losses.push((await awaited.model.train(batch, update)).loss);
  expect(overlapping.map(({ loss }) => loss)).toEqual(losses);
});

test("disposal frees body and head, waits for calls before and refuses calls after", async () => {
  const { backend, head, model } = await createToy();
  const last = model.train(batch, update);
  await model[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  expect((await last).losses).toHaveLength(batch.targets.length);
  expect(head.disposed).toBe(true);
  expect(backend.stats().buffers).toBe(0);
  await expect(model.evaluate(batch)).rejects.toMatchObject({ code: "ERR_DISPOSED" });
});

test("the same seed gives the same model, another seed another one", async () => {
  const first = await (await createToy()).model.save(bytesOf);
  expect(await (await createToy()).model.save(bytesOf)).toEqual(first);
  expect(await (await createToy({ seed: 6 })).model.save(bytesOf)).not.toEqual(first);
});

test.each<[string, Batch, object, string]>([
  ["context id", { contexts: Uint32Array.of(0, words), targets: Uint32Array.of(1) }, update, "ERR_INDEX_RANGE"],
  ["target id", { contexts: Uint32Array.of(0, 1), targets: Uint32Array.of(words) }, update, "ERR_INDEX_RANGE"],
  ["context length", { contexts: Uint32Array.of(0, 1, 2), targets: Uint32Array.of(1) }, update, "ERR_SHAPE"],
  ["targets length", { contexts: Uint32Array.of(0, 1), targets: Uint32Array.of(1, 2) }, update, "ERR_SHAPE"],
  ["NaN rate", batch, { learningRate: Number.NaN }, "ERR_OPTION"],
  ["negative rate", batch, { learningRate: -1 }, "ERR_OPTION"],
  ["infinite body rate", batch, { learningRate: 1, bodyLearningRate: Infinity }, "ERR_OPTION"],
])("bad input, %s: a coded error, nothing changed", async (_, bad, options, code) => {
  await using toy = await createToy();
  const before = await toy.model.save(bytesOf);
  await expect(toy.model.train(bad, options as typeof update)).rejects.toMatchObject({ code });
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test("ids of another type are a TypeError", async () => {
  await using toy = await createToy();
  const bad = { contexts: [0, 1], targets: [1] } as unknown as Batch;
  await expect(toy.model.train(bad, update)).rejects.toBeInstanceOf(TypeError);
});

test.each<[Partial<LanguageModelOptions>, string]>([
  [{ vocabularySize: 1 }, "ERR_OPTION"],
  [{ context: 0 }, "ERR_OPTION"],
  [{ embedding: 2.5 }, "ERR_OPTION"],
  [{ hidden: [] }, "ERR_OPTION"],
  [{ hidden: [0] }, "ERR_OPTION"],
  [{ activation: "sine" as "tanh" }, "ERR_OPTION"],
  [{ seed: Number.NaN }, "ERR_OPTION"],
  [{ bodyOptimizer: { name: "lion" as "sgd", learningRate: 1 } }, "ERR_OPTION"],
  [{ bodyOptimizer: { name: "sgd", learningRate: -1 } }, "ERR_OPTION"],
  [{ vocabularySize: words + 1 }, "ERR_SHAPE"],
  [{ hidden: [8] }, "ERR_SHAPE"],
])("create refuses %o", async (changes, code) => {
  const backend = await referenceModule.create();
  const head = new NaiveHead({ backend, outputs: words, features: 8 });
  expect(() => LanguageModel.create({ ...toyOptions, backend, head, ...changes })).toThrow(
    expect.objectContaining({ code }),
  );
  expect(backend.stats().buffers).toBe(0);
});

test.each([
  { hidden: [7] },
  { hidden: [5, 6], bodyOptimizer: { name: "sgd", learningRate: 0.1, momentum: 0.5 } as const },
  { hidden: [5, 6], activation: "gelu" as const, layerNorm: true, dropout: 0.2 },
])("a restored model goes on bit for bit: %o", async (changes) => {
  await using toy = await createToy(changes);
  await toy.model.train(batch, update);
  const snapshot = await toy.model.save(keep);
  const { backend } = toy;
  await using restored = await LanguageModel.restore(snapshot, { backend, restoreHead: restoreNaiveHead(backend) });
  expect(restored.options).toEqual(toy.model.options);
  for (const model of [toy.model, restored]) {
    await model.train(batch, update);
    await model.train(batch, update);
  }
  expect(await restored.save(bytesOf)).toEqual(await toy.model.save(bytesOf));
});

test("float64 snapshots open on a float32 backend", async () => {
  await using toy = await createToy();
  const snapshot = await toy.model.save(keep);
  const backend = await referenceModule.create({ dtype: "float32" });
  await using restored = await LanguageModel.restore(snapshot, { backend, restoreHead: restoreNaiveHead(backend) });
  expect((await restored.evaluate(batch)).loss).toBeCloseTo((await toy.model.evaluate(batch)).loss, 5);
});
