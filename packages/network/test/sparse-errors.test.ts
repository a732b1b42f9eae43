import { referenceModule } from "@widehead/conformance";
import { FactoredLayer, weightedSquaredError } from "@widehead/core";
import { expect, test } from "vitest";
import { SparseModel, type SparseModelOptions } from "../src/index.ts";
import {
  autoencoding,
  createSparseToy,
  items,
  restoreSparseToy,
  sparseInput,
  sparseToyOptions,
  toyUsers,
} from "./sparse-toy.ts";
import { bytesOf, keep } from "./toy.ts";

const users = toyUsers(40, 1);
const batch = autoencoding(users);
const update = { learningRate: 0.1 };

const bad = (changes: object) => ({ ...users, ...changes });
const falling = users.offsets.slice();
falling[2] = 0;
const repeated = users.ids.slice();
repeated[1] = repeated[0];
const nan = new Float64Array(users.ids.length);
nan[3] = Number.NaN;

test.each([
  ["columns", bad({ columns: items + 1 }), "ERR_SHAPE"],
  ["rows", bad({ rows: users.rows + 1 }), "ERR_SHAPE"],
  ["first offset", bad({ offsets: users.offsets.map((offset) => offset + 1) }), "ERR_SHAPE"],
  ["falling offsets", bad({ offsets: falling }), "ERR_SHAPE"],
  ["entries", bad({ ids: users.ids.slice(1) }), "ERR_SHAPE"],
  ["values", bad({ values: new Float64Array(2) }), "ERR_SHAPE"],
  ["an id beyond", bad({ ids: users.ids.map(() => items) }), "ERR_INDEX_RANGE"],
  ["an id twice", bad({ ids: repeated }), "ERR_DUPLICATE_ID"],
  ["NaN", bad({ values: nan }), "ERR_NOT_FINITE"],
])("input, %s: a coded error, nothing changed", async (_, input, code) => {
  await using toy = await createSparseToy();
  const before = await toy.model.save(bytesOf);
  await expect(toy.model.train({ ...batch, input }, update)).rejects.toMatchObject({ code });
  await expect(toy.model.hidden(input)).rejects.toMatchObject({ code });
  await expect(toy.model.predict(input, 1)).rejects.toMatchObject({ code });
  expect(await toy.model.save(bytesOf)).toEqual(before);
});

test.each([{ ids: [1] }, { offsets: [0, 1] }, { values: [1] }])("input of another type: %o", async (changes) => {
  await using toy = await createSparseToy();
  await expect(toy.model.hidden(bad(changes))).rejects.toBeInstanceOf(TypeError);
});

test("what is excluded must fit input and outputs, and k must be a count", async () => {
  await using toy = await createSparseToy();
  const { model } = toy;
  const wide = { ...users, columns: items + 1 };
  await expect(model.predict(users, 1, { exclude: wide })).rejects.toMatchObject({ code: "ERR_SHAPE" });
  const short = sparseInput(items, [[1]]);
  await expect(model.predict(users, 1, { exclude: short })).rejects.toMatchObject({ code: "ERR_SHAPE" });
  await expect(model.predict(users, 0, { exclude: users })).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(model.predict(users, 0)).rejects.toMatchObject({ code: "ERR_OPTION" });
  await expect(model.inputRows(Uint32Array.of(items))).rejects.toMatchObject({ code: "ERR_INDEX_RANGE" });
});

test.each<[Partial<SparseModelOptions>, string]>([
  [{ inputs: 0 }, "ERR_OPTION"],
  [{ inputs: 2 ** 32 }, "ERR_OPTION"],
  [{ inputs: 2 ** 32 - 1, embedding: 2 ** 20, hidden: [5] }, "ERR_MEMORY"],
  [{ embedding: 0 }, "ERR_OPTION"],
  [{ combine: "max" as "sum" }, "ERR_OPTION"],
  [{ inputDropout: 1 }, "ERR_OPTION"],
  [{ dropout: -0.1 }, "ERR_OPTION"],
  [{ inputActivation: "sine" as "tanh" }, "ERR_OPTION"],
  [{ inputDeviation: 0 }, "ERR_OPTION"],
  [{ hidden: [] }, "ERR_SHAPE"],
  [{ hidden: [4] }, "ERR_SHAPE"],
])("create refuses %o and leaves nothing on the backend", async (changes, code) => {
  const backend = await referenceModule.create();
  const loss = weightedSquaredError();
  await using head = await FactoredLayer.create({ backend, outputs: items, features: 6, loss });
  const before = backend.stats();
  expect(() => SparseModel.create({ ...sparseToyOptions, backend, head, ...changes })).toThrow(
    expect.objectContaining({ code }),
  );
  expect(backend.stats()).toEqual(before);
});

test.each([{ layerNorm: 1 }, { inputBias: "yes" }])("options of another type: %o", async (changes) => {
  await expect(createSparseToy(changes as object)).rejects.toBeInstanceOf(TypeError);
});

test("a snapshot of another kind of model is refused", async () => {
  await using toy = await createSparseToy();
  const snapshot = await toy.model.save(keep);
  const facts = { ...snapshot.facts, model: "language-model" };
  await expect(restoreSparseToy({ ...snapshot, facts })).rejects.toMatchObject({ code: "ERR_FORMAT" });
});
