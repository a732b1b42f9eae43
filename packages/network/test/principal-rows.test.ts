import { referenceModule } from "@widehead/conformance";
import { FactoredLayer, type HostMatrix, hostMatrix, squaredError } from "@widehead/core";
import { expect, test } from "vitest";
import { type PrincipalRowsOptions, principalRows, type SparseInput, SparseModel } from "../src/index.ts";
import { sparseInput, sparseToyOptions } from "./sparse-toy.ts";

/** Inputs of a group always come together; groups of three inputs, ever fewer examples of each. */
const groupSize = 3;
const counts = [40, 20, 10, 5];
const inputs = groupSize * counts.length;
const groups = sparseInput(
  inputs,
  counts.flatMap((count, group) =>
    Array.from({ length: count }, () => [0, 1, 2].map((member) => groupSize * group + member)),
  ),
);

async function principal(examples: SparseInput, options: Partial<PrincipalRowsOptions> = {}): Promise<HostMatrix> {
  await using backend = await referenceModule.create();
  const rows = await principalRows(examples, { backend, embedding: 2, seed: 1, iterations: 20, ...options });
  expect(backend.stats().buffers).toBe(0);
  return rows;
}

/** B Bᵀ, which does not depend on the basis of a space. */
function projector({ rows, columns, data }: HostMatrix): number[][] {
  const row = (i: number) => [...data.subarray(i * columns, (i + 1) * columns)];
  const dot = (i: number, j: number) => row(i).reduce((sum, value, k) => sum + value * row(j)[k], 0);
  return Array.from({ length: rows }, (_, i) => Array.from({ length: rows }, (_, j) => dot(i, j)));
}

function transposed({ rows, columns, data }: HostMatrix): HostMatrix {
  const values = Float64Array.from(
    { length: data.length },
    (_, n) => data[(n % rows) * columns + Math.floor(n / rows)],
  );
  return hostMatrix(columns, rows, values);
}

test("the rows are an orthonormal basis of the directions that most examples share", async () => {
  const rows = await principal(groups);
  expect([rows.rows, rows.columns]).toEqual([inputs, 2]);
  projector(transposed(rows))
    .flat()
    .forEach((value, n) => {
      expect(value).toBeCloseTo(n % 3 === 0 ? 1 : 0, 12);
    });
  const space = projector(rows);
  for (let i = 0; i < inputs; i += 1) {
    for (let j = 0; j < inputs; j += 1) {
      const together = Math.floor(i / groupSize) === Math.floor(j / groupSize) && i < 2 * groupSize;
      expect(space[i][j]).toBeCloseTo(together ? 1 / groupSize : 0, 6);
    }
  }
});

test("examples count as the model combines them", async () => {
  const scaled = { ...groups, values: Float64Array.from(groups.ids, (id) => (id < groupSize ? 0.01 : 5)) };
  const summed = projector(await principal(scaled, { embedding: 1 }));
  expect(summed[0][0]).toBeCloseTo(0, 6);
  const normalized = projector(await principal(scaled, { embedding: 1, combine: "normalized" }));
  expect(normalized[0][0]).toBeCloseTo(1 / groupSize, 6);
});

test("with targets, the directions that outputs share come first", async () => {
  const rare = counts.length - 1;
  const everybody = counts.flatMap((count, group) =>
    Array.from({ length: count }, () => (group === rare ? [0, 1, 2] : [])),
  );
  const targets = sparseInput(3, everybody);
  const options = { embedding: 1, iterations: 40 };
  expect(projector(await principal(groups, { ...options, targets, targetWeight: 1 }))[groupSize * rare][0]).toBeCloseTo(
    0,
  );
  const rows = await principal(groups, { ...options, targets, targetWeight: 10 });
  expect(rows.rows).toBe(inputs);
  const [last] = projector(rows).slice(-1);
  for (let i = 0; i < inputs; i += 1) {
    if (i < groupSize * rare) expect(last[i]).toBeCloseTo(0, 6);
    // Of the direction's squared length, the inputs' share: 3 of 3 + 3 · 10².
    else expect(last[i]).toBeCloseTo(1 / (groupSize * (1 + 10 ** 2)), 6);
  }
});

test("more columns than directions: finite, and no output longer than its example", async () => {
  const space = projector(await principal(groups, { embedding: inputs }));
  for (let i = 0; i < inputs; i += 1) {
    expect(space[i][i]).toBeLessThan(1 + 1e-9);
    expect(space[i][i]).toBeGreaterThan(1 / groupSize - 1e-9);
  }
});

test("the same seed gives the same rows", async () => {
  expect(await principal(groups)).toEqual(await principal(groups));
  expect(await principal(groups)).not.toEqual(await principal(groups, { seed: 2 }));
});

test.each([
  [{ embedding: 0 }, "ERR_OPTION"],
  [{ embedding: inputs + 1 }, "ERR_OPTION"],
  [{ iterations: 0 }, "ERR_OPTION"],
  [{ combine: "median" as "mean" }, "ERR_OPTION"],
  [{ seed: 0.5 }, "ERR_OPTION"],
  [{ targetWeight: 0 }, "ERR_OPTION"],
  [{ targets: sparseInput(3, [[0], [1]]) }, "ERR_SHAPE"],
])("options %o: a coded error", async (options, code) => {
  await expect(principal(groups, options)).rejects.toMatchObject({ code });
});

test("examples that are no sparse matrix: a coded error", async () => {
  await expect(principal({ ...groups, columns: inputs - 1 })).rejects.toMatchObject({ code: "ERR_INDEX_RANGE" });
});

test("a model starts from the rows it is given, copied, and refuses rows of another shape", async () => {
  await using backend = await referenceModule.create();
  const shape = { backend, outputs: inputs, features: 3 };
  const options = { ...sparseToyOptions, inputs, embedding: 2, hidden: [], backend };
  const inputRows = await principal(groups);
  const given = inputRows.data.slice();
  await using head = await FactoredLayer.create({ ...shape, loss: squaredError() });
  expect(() => SparseModel.create({ ...options, head, inputRows: hostMatrix(2, inputs, given.slice()) })).toThrow(
    expect.objectContaining({ code: "ERR_SHAPE", details: expect.objectContaining({ argument: "inputRows" }) }),
  );
  await using model = SparseModel.create({ ...options, head, inputRows });
  inputRows.data.fill(0);
  expect((await model.inputRows(Uint32Array.from({ length: inputs }, (_, id) => id))).data).toEqual(given);
  expect(model.options).not.toHaveProperty("inputRows");
});
