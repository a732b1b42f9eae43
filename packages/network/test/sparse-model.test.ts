import { referenceModule } from "@widehead/conformance";
import { createRandom, FactoredLayer, type Snapshot, type SparseTargets, sphericalSoftmax } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { type OptimizerOptions, SparseModel, type SparseModelOptions, train, trainingStateOf } from "../src/index.ts";
import {
  autoencoding,
  createSparseToy,
  items,
  restoreSparseToy,
  sparseInput,
  sparseSource,
  toyUsers,
} from "./sparse-toy.ts";
import { bytesOf, keep } from "./toy.ts";

const users = toyUsers(40, 1);
const batch = autoencoding(users);
const update = { learningRate: 0.1 };

test("users are given unseen items of the kind they like", async () => {
  await using toy = await createSparseToy({ inputDropout: 0.5 });
  const { curve } = await train(toy.model, sparseSource(toyUsers(64, 1)), { epochs: 60, headLearningRate: 0.1 });
  expect(curve.at(-1)!.trainLoss).toBeLessThan(curve[0].trainLoss);
  const seen = toyUsers(10, 2);
  const { ids, k } = await toy.model.predict(seen, 2, { exclude: seen });
  for (let user = 0; user < 10; user += 1) {
    expect([...ids.subarray(user * k, (user + 1) * k)].map((id) => id % 2)).toEqual([user % 2, user % 2]);
  }
});

describe("the input layer", () => {
  const input = { ...sparseInput(items, [[4, 9], [], [2]]), values: Float64Array.of(3, -4, 2) };
  const rowOf = async (model: SparseModel, id: number) => (await model.inputRows(Uint32Array.of(id))).data;

  test.each([
    { combine: "sum", weights: [3, -4, 2] },
    { combine: "mean", weights: [3 / 7, -4 / 7, 1] },
    { combine: "normalized", weights: [3 / 5, -4 / 5, 1] },
  ] as const)("adds rows up by their definition: $combine", async ({ combine, weights }) => {
    await using toy = await createSparseToy({ combine, hidden: [] });
    const { rows, columns, data } = await toy.model.hidden(input);
    expect([rows, columns]).toEqual([3, 7]);
    const [four, nine, two] = [await rowOf(toy.model, 4), await rowOf(toy.model, 9), await rowOf(toy.model, 2)];
    for (let j = 0; j < 6; j += 1) {
      expect(data[j]).toBeCloseTo(weights[0] * four[j] + weights[1] * nine[j], 14);
      expect(data[7 + j]).toBe(0);
      expect(data[14 + j]).toBeCloseTo(weights[2] * two[j], 14);
    }
    expect([data[6], data[13], data[20]]).toEqual([1, 1, 1]);
  });

  test("values of 1 are what no values mean", async () => {
    await using toy = await createSparseToy();
    const values = new Float32Array(users.ids.length).fill(1);
    expect(await toy.model.hidden({ ...users, values })).toEqual(await toy.model.hidden(users));
  });

  test("dropout keeps the expected sum, and evaluation leaves nothing out", async () => {
    await using toy = await createSparseToy({ inputDropout: 0.25, hidden: [] });
    const input = sparseInput(items, [[...Array(items).keys()]]);
    const { data: whole } = await toy.model.hidden(input);
    await using other = await createSparseToy({ hidden: [] });
    expect(await other.model.hidden(input)).toEqual({ rows: 1, columns: 7, data: whole });
  });

  test("inputRows hands out copies of the rows asked for, repeated ones too", async () => {
    await using toy = await createSparseToy();
    const ids = Uint32Array.from({ length: 3 * items }, (_, i) => i % items);
    const before = await toy.model.inputRows(ids);
    expect([before.rows, before.columns]).toEqual([3 * items, 6]);
    expect([...before.data.subarray(6, 12)]).toEqual([...before.data.subarray(6 * (items + 1), 6 * (items + 2))]);
    before.data.fill(0);
    expect((await toy.model.inputRows(ids)).data.some((value) => value !== 0)).toBe(true);
  });
});

describe("prediction", () => {
  test("leaves out what is excluded, as ranking everything and filtering does", async () => {
    await using toy = await createSparseToy({}, sphericalSoftmax());
    const random = createRandom(8);
    const exclude = sparseInput(
      items,
      Array.from({ length: users.rows }, (_, j) => [...Array(items).keys()].filter(() => random.uniform() < j / 60)),
    );
    const all = await toy.model.predict(users, items);
    const some = await toy.model.predict(users, 3, { exclude });
    for (let j = 0; j < users.rows; j += 1) {
      const excluded = new Set(exclude.ids.subarray(exclude.offsets[j], exclude.offsets[j + 1]));
      const wanted = [...all.ids.subarray(j * items, (j + 1) * items)].filter((id) => !excluded.has(id)).slice(0, 3);
      expect([...some.ids.subarray(3 * j, 3 * j + 3)]).toEqual(wanted);
      wanted.forEach((id, i) => {
        const at = j * items + all.ids.subarray(j * items).indexOf(id);
        expect(some.outputs[3 * j + i]).toBe(all.outputs[at]);
        expect(some.probabilities![3 * j + i]).toBe(all.probabilities![at]);
      });
    }
  });

  test("pads a row in which fewer outputs are left", async () => {
    await using toy = await createSparseToy();
    const exclude = sparseInput(items, [[...Array(items - 1).keys()], []]);
    const input = sparseInput(items, [[1], [2]]);
    const { k, ids, outputs, probabilities } = await toy.model.predict(input, 2, { exclude });
    expect(k).toBe(2);
    expect([...ids.subarray(0, 2)]).toEqual([items - 1, 0xffffffff]);
    expect(outputs[1]).toBe(-Infinity);
    expect(Number.isFinite(outputs[3])).toBe(true);
    expect(probabilities).toBeUndefined();
  });

  test("never gives more columns than there are outputs", async () => {
    await using toy = await createSparseToy();
    const exclude = sparseInput(items, users.rows === 0 ? [] : Array.from({ length: users.rows }, () => [0]));
    expect((await toy.model.predict(users, 100, { exclude })).k).toBe(items);
  });
});

describe("a restored model goes on bit for bit", () => {
  test.each<[string, Partial<SparseModelOptions>]>([
    ["adam, dropout everywhere", { inputDropout: 0.5, dropout: 0.3, layerNorm: true, inputBias: true }],
    [
      "adamw, no hidden layer",
      { hidden: [], inputActivation: "tanh", bodyOptimizer: { name: "adamw", learningRate: 0.1 } },
    ],
    ["momentum", { bodyOptimizer: { name: "sgd", learningRate: 0.1, momentum: 0.9 } }],
    ["adagrad, gelu", { activation: "gelu", bodyOptimizer: { name: "adagrad", learningRate: 0.1 } }],
  ])("%s", async (_, changes) => {
    await using toy = await createSparseToy(changes);
    await toy.model.train(batch, update);
    await using other = await restoreSparseToy(await toy.model.save(keep));
    expect(other.options).toEqual(toy.model.options);
    expect(other.steps).toBe(1);
    for (const model of [toy.model, other]) {
      await model.train(batch, update);
      await model.train(batch, { ...update, clipNorm: 0.01 });
    }
    expect(await other.save(bytesOf)).toEqual(await toy.model.save(bytesOf));
  });

  test("in a run that was aborted", async () => {
    const source = sparseSource(users);
    const options = { steps: 12, headLearningRate: 0.1, schedule: { decay: "linear" } } as const;
    await using whole = await createSparseToy({ inputDropout: 0.5 });
    await using broken = await createSparseToy({ inputDropout: 0.5 });
    await train(whole.model, source, options);
    const signal = { aborted: false };
    let saved: Snapshot | undefined;
    await train(broken.model, source, {
      ...options,
      signal,
      onProgress: ({ step }) => {
        signal.aborted = step === 5;
      },
      onCheckpoint: async ({ save }) => {
        saved = await save(keep);
      },
    });
    await using restored = await restoreSparseToy(saved!);
    await train(restored, source, { ...options, resume: trainingStateOf(saved!) });
    expect(await restored.save(bytesOf)).toEqual(await whole.model.save(bytesOf));
  });

  test("dropout depends on the step: another state would go another way", async () => {
    await using toy = await createSparseToy({ inputDropout: 0.5 });
    const snapshot = await toy.model.save(keep);
    await using later = await restoreSparseToy({ ...snapshot, facts: { ...snapshot.facts, steps: 1 } });
    for (const model of [toy.model, later]) await model.train(batch, update);
    expect(await later.save(bytesOf)).not.toEqual(await toy.model.save(bytesOf));
  });
});

describe("growth", () => {
  const optimizers: OptimizerOptions[] = [
    { name: "sgd", learningRate: 0.1 },
    { name: "sgd", learningRate: 0.1, momentum: 0.5 },
    { name: "adam", learningRate: 0.1 },
    { name: "adagrad", learningRate: 0.1 },
  ];

  test.each(optimizers)("new items change nothing until they are trained, then learn: %o", async (bodyOptimizer) => {
    await using toy = await createSparseToy({ bodyOptimizer });
    const { model } = toy;
    await model.train(batch, update);
    const before = await model.hidden(users);
    await model.grow(3, { inputs: 3 });
    await model.grow(1, { inputs: 1 });
    const grown = items + 4;
    expect([model.head.outputs, model.options.inputs]).toEqual([grown, grown]);
    expect(await model.hidden({ ...users, columns: grown })).toEqual(before);
    const fresh = Uint32Array.of(items, grown - 1);
    expect((await model.inputRows(fresh)).data.every((value) => value === 0)).toBe(true);
    const next = autoencoding(
      sparseInput(grown, [
        [0, items],
        [2, grown - 1],
      ]),
    );
    await model.train(next, update);
    expect((await model.inputRows(fresh)).data.every((value) => value !== 0)).toBe(true);
    await using restored = await restoreSparseToy(await model.save(keep));
    for (const each of [model, restored]) await each.train(next, update);
    expect(await restored.save(bytesOf)).toEqual(await model.save(bytesOf));
  });

  test("calls after one that grows are checked against the new sizes", async () => {
    await using toy = await createSparseToy();
    const grown = sparseInput(items + 1, [[items]]);
    const growing = toy.model.grow(1, { inputs: 1 });
    const [, top] = await Promise.all([growing, toy.model.predict(grown, items + 1, { exclude: grown })]);
    expect(top.k).toBe(items + 1);
  });

  test("outputs alone can grow", async () => {
    await using toy = await createSparseToy();
    await toy.model.grow(2);
    expect([toy.model.head.outputs, toy.model.options.inputs]).toEqual([items + 2, items]);
    await expect(toy.model.grow(-1)).rejects.toMatchObject({ code: "ERR_OPTION" });
    await expect(toy.model.grow(0, { inputs: 2 ** 32 })).rejects.toMatchObject({ code: "ERR_OPTION" });
  });
});

test("an empty batch, and learning rates of 0, change nothing but the count of steps", async () => {
  await using toy = await createSparseToy();
  const before = await toy.model.save(bytesOf);
  const { loss } = await toy.model.train(autoencoding(sparseInput(items, [])), update);
  expect([loss, toy.model.steps]).toEqual([0, 0]);
  await toy.model.train(batch, { learningRate: 0, bodyLearningRate: 0 });
  expect(toy.model.steps).toBe(1);
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test("a step that fails changes nothing, the next dropout neither", async () => {
  await using toy = await createSparseToy({ inputDropout: 0.5 });
  const before = await toy.model.save(bytesOf);
  const targets: SparseTargets = { ...batch.targets, ids: batch.targets.ids.map(() => 3) };
  await expect(toy.model.train({ input: users, targets }, update)).rejects.toMatchObject({ code: "ERR_DUPLICATE_ID" });
  expect(await toy.model.save(bytesOf)).toEqual(before);
  expect(toy.model.steps).toBe(0);
});

test("a float32 model follows a float64 one from the same snapshot", async () => {
  await using toy = await createSparseToy({ layerNorm: true });
  const snapshot = await toy.model.save(keep);
  const backend = await referenceModule.create({ dtype: "float32" });
  const restoreHead = (head: Snapshot) => FactoredLayer.restore(head, { backend });
  await using single = await SparseModel.restore(snapshot, { backend, restoreHead });
  for (const model of [toy.model, single]) await model.train(batch, update);
  expect((await single.evaluate(batch)).loss).toBeCloseTo((await toy.model.evaluate(batch)).loss, 4);
});

test("disposal frees body and head", async () => {
  const { backend, model } = await createSparseToy();
  await model.train(batch, { ...update, clipNorm: 1 });
  await model.predict(users, 2);
  await model[Symbol.asyncDispose]();
  expect(backend.stats().buffers).toBe(0);
  for (const call of [model.hidden(users), model.inputRows(Uint32Array.of(0)), model.grow(1)]) {
    await expect(call).rejects.toMatchObject({ code: "ERR_DISPOSED" });
  }
});
