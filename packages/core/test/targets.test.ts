import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SparseTargets } from "../src/contract/index.ts";
import { sphericalSoftmax, squaredError } from "../src/losses/index.ts";
import { checkTargets, sparseTargets } from "../src/targets.ts";

const loss = squaredError();
const good: SparseTargets = {
  rows: 3,
  outputs: 10,
  offsets: Uint32Array.of(0, 2, 2, 4),
  ids: Uint32Array.of(9, 0, 4, 9),
  values: Float32Array.of(1, 0, -2, 3),
  positiveWeights: Float64Array.of(1, 2, 0, 1),
  exampleWeights: Float64Array.of(1, 0, 2),
};

function error(code: string, details: object = {}): unknown {
  return expect.objectContaining({ code, details: expect.objectContaining(details) });
}

describe("checkTargets", () => {
  test("accepts empty rows, unsorted ids, repetition across examples, explicit zeros", () => {
    expect(() => checkTargets(good, { outputs: 10, rows: 3, loss })).not.toThrow();
  });

  test("accepts no examples", () => {
    const empty = sparseTargets.fromIds(10, []);
    expect(() => checkTargets(empty, { outputs: 10, rows: 0, loss })).not.toThrow();
  });

  test("accepts the largest id there can be", () => {
    const outputs = 2 ** 32 - 1;
    const targets = sparseTargets.fromIds(outputs, [outputs - 1]);
    expect(() => checkTargets(targets, { outputs, loss })).not.toThrow();
  });

  test.each<[string, Partial<SparseTargets>, string, object]>([
    ["other outputs", { outputs: 11 }, "ERR_SHAPE", { expected: 10, actual: 11 }],
    ["other rows", { rows: 2 }, "ERR_SHAPE", { argument: "targets.rows", expected: 3, actual: 2 }],
    ["short offsets", { offsets: Uint32Array.of(0, 4) }, "ERR_SHAPE", { expected: 4, actual: 2 }],
    ["offsets not from 0", { offsets: Uint32Array.of(1, 2, 3, 4) }, "ERR_SHAPE", { expected: 0, actual: 1 }],
    [
      "offsets that decrease",
      { offsets: Uint32Array.of(0, 3, 2, 4) },
      "ERR_SHAPE",
      { index: 2, expected: 3, actual: 2 },
    ],
    ["offsets that end early", { offsets: Uint32Array.of(0, 2, 2, 3) }, "ERR_SHAPE", { expected: 4, actual: 3 }],
    ["short values", { values: Float32Array.of(1) }, "ERR_SHAPE", { argument: "targets.values.length" }],
    ["short weights", { positiveWeights: Float32Array.of(1) }, "ERR_SHAPE", { expected: 4, actual: 1 }],
    ["short example weights", { exampleWeights: Float32Array.of(1) }, "ERR_SHAPE", { expected: 3, actual: 1 }],
    ["id = D", { ids: Uint32Array.of(9, 0, 10, 9) }, "ERR_INDEX_RANGE", { example: 2, id: 10, outputs: 10 }],
    ["a repeated id", { ids: Uint32Array.of(9, 0, 4, 4) }, "ERR_DUPLICATE_ID", { example: 2, id: 4 }],
    [
      "a value NaN",
      { values: Float32Array.of(1, 0, NaN, 3) },
      "ERR_NOT_FINITE",
      { argument: "targets.values", index: 2 },
    ],
    ["an infinite weight", { positiveWeights: Float64Array.of(1, Infinity, 0, 1) }, "ERR_NOT_FINITE", { index: 1 }],
    ["an infinite example weight", { exampleWeights: Float64Array.of(1, 1, Infinity) }, "ERR_NOT_FINITE", { index: 2 }],
    ["a negative weight", { positiveWeights: Float64Array.of(1, 1, 1, -1) }, "ERR_OPTION", { index: 3, actual: -1 }],
    [
      "a negative example weight",
      { exampleWeights: Float64Array.of(-1, 1, 1) },
      "ERR_OPTION",
      { index: 0, actual: -1 },
    ],
  ])("refuses %s", (_, change, code, details) => {
    expect(() => checkTargets({ ...good, ...change }, { outputs: 10, rows: 3, loss })).toThrow(error(code, details));
  });

  test("refuses a negative target where the loss does", () => {
    expect(() => checkTargets(good, { outputs: 10, loss: sphericalSoftmax() })).toThrow(
      error("ERR_LOSS_DOMAIN", { loss: "spherical", example: 2, index: 2, actual: -2 }),
    );
  });

  test("refuses arrays of another type", () => {
    const ids = Int32Array.of(9, 0, 4, 9) as unknown as Uint32Array;
    expect(() => checkTargets({ ...good, ids }, { outputs: 10, loss })).toThrow(TypeError);
    const values = [1, 2, 3, 4] as unknown as Float32Array;
    expect(() => checkTargets({ ...good, values }, { outputs: 10, loss })).toThrow(TypeError);
  });

  test("finds a repetition in rows of any length", () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 2, maxLength: 60 });
    fc.assert(
      fc.property(ids, fc.nat(), fc.nat(), (distinct, from, to) => {
        const check = (row: number[]) =>
          checkTargets(sparseTargets.fromRows(1000, [{ ids: [1] }, { ids: row }]), { outputs: 1000, loss });
        expect(() => check(distinct)).not.toThrow();
        const source = from % distinct.length;
        const target = to % distinct.length;
        if (source === target) return;
        const repeated = distinct.with(target, distinct[source]);
        expect(() => check(repeated)).toThrow(error("ERR_DUPLICATE_ID", { example: 1, id: distinct[source] }));
      }),
    );
  });

  test("leaves the targets as they are", () => {
    const ids = Array.from({ length: 40 }, (_, k) => 39 - k);
    const targets = sparseTargets.fromRows(100, [{ ids }]);
    checkTargets(targets, { outputs: 100, loss });
    expect([...targets.ids]).toEqual(ids);
  });
});

describe("sparseTargets", () => {
  test("fromIds makes one target of 1 for each example", () => {
    expect(sparseTargets.fromIds(10, [3, 3, 9])).toEqual({
      rows: 3,
      outputs: 10,
      offsets: Uint32Array.of(0, 1, 2, 3),
      ids: Uint32Array.of(3, 3, 9),
    });
  });

  test("fromRows fills values that some rows leave out", () => {
    expect(sparseTargets.fromRows(10, [{ ids: [3, 1], values: [5, 6] }, { ids: [] }, { ids: [2] }])).toEqual({
      rows: 3,
      outputs: 10,
      offsets: Uint32Array.of(0, 2, 2, 3),
      ids: Uint32Array.of(3, 1, 2),
      values: Float64Array.of(5, 6, 1),
    });
  });

  test("fromRows without values has none", () => {
    expect(sparseTargets.fromRows(10, [{ ids: [3, 1] }]).values).toBeUndefined();
  });

  test.each([-1, 1.5, 10, NaN, 2 ** 32])("refuses the id %d", (id) => {
    expect(() => sparseTargets.fromIds(10, [0, id])).toThrow(error("ERR_INDEX_RANGE", { example: 1, id, outputs: 10 }));
    expect(() => sparseTargets.fromRows(10, [{ ids: [0, id] }])).toThrow(error("ERR_INDEX_RANGE", { example: 0, id }));
  });

  test("takes ids of any array type", () => {
    expect(() => sparseTargets.fromIds(10, Int32Array.of(-1))).toThrow(error("ERR_INDEX_RANGE", { id: -1 }));
    expect([...sparseTargets.fromIds(10, Int32Array.of(7)).ids]).toEqual([7]);
  });

  test("refuses values of another length than the ids", () => {
    expect(() => sparseTargets.fromRows(10, [{ ids: [1, 2], values: [1] }])).toThrow(
      error("ERR_SHAPE", { expected: 2, actual: 1 }),
    );
  });
});
