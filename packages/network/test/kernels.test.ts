import { describe, expect, test } from "vitest";
import { activationNames } from "../src/hidden/activation.ts";
import { DistinctRows } from "../src/input/distinct-rows.ts";
import { hostKernels } from "../src/kernels/index.ts";
import { createCounts, createParameter, growRows } from "../src/parameter.ts";

const sums = Float64Array.of(-30, -2, -0.7, -1e-3, 1e-3, 0.5, 1.9, 30);

/** xΦ(x) by Simpson's rule on the normal density. */
function exactGelu(x: number): number {
  const count = 20_000;
  const width = x / count;
  let sum = 0;
  for (let i = 0; i <= count; i += 1) {
    const weight = i === 0 || i === count ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((i * width) ** 2) / 2);
  }
  return x * (0.5 + (sum * width) / 3 / Math.sqrt(2 * Math.PI));
}

describe("activations", () => {
  test.each([
    ["tanh", Math.tanh, 1e-15],
    ["relu", (x: number) => Math.max(x, 0), 0],
    ["linear", (x: number) => x, 0],
    ["gelu", exactGelu, 5e-4],
  ] as const)("%s is its definition", (name, definition, tolerance) => {
    const outputs = new Float64Array(sums.length);
    hostKernels.activate(name, sums, outputs);
    outputs.forEach((output, i) => {
      expect(Math.abs(output - definition(sums[i]))).toBeLessThanOrEqual(tolerance);
    });
  });

  test.each(activationNames)("the slope of %s is that of its values", (name) => {
    const at = (shift: number): Float64Array => {
      const outputs = new Float64Array(sums.length);
      hostKernels.activate(
        name,
        sums.map((sum) => sum + shift),
        outputs,
      );
      return outputs;
    };
    const gradient = new Float64Array(sums.length).fill(3);
    hostKernels.activateBackward(name, sums, at(0), gradient);
    const [above, below] = [at(1e-6), at(-1e-6)];
    gradient.forEach((slope, i) => {
      expect(slope).toBeCloseTo((3 * (above[i] - below[i])) / 2e-6, 7);
    });
  });
});

test("normalised rows have mean 0 and variance 1", () => {
  const values = Float64Array.of(1, 2, 3, 6, -5, 100, 7, 2);
  const inverseDeviations = new Float64Array(2);
  hostKernels.normalize(values, 4, 1e-12, inverseDeviations);
  for (const row of [values.subarray(0, 4), values.subarray(4)]) {
    expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    expect(row.reduce((sum, value) => sum + value ** 2, 0) / 4).toBeCloseTo(1, 12);
  }
  expect(inverseDeviations[0]).toBeCloseTo(1 / Math.sqrt(3.5), 12);
});

test("growing keeps numbers, adds zeros, and moves seldom", () => {
  for (const array of [
    createParameter("p", 3, 2, "float32"),
    createParameter("p", 3, 2, "float64"),
    createCounts("p", 6),
  ]) {
    array.values.fill(7);
    let moves = 0;
    for (let i = 0; i < 100; i += 1) {
      const { buffer } = array.values;
      growRows(array, 1);
      if (array.values.buffer !== buffer) moves += 1;
    }
    expect(array.values).toHaveLength(array.rows * array.columns);
    expect([...array.values.subarray(0, 6)]).toEqual(Array(6).fill(7));
    expect(array.values.subarray(6).every((value) => value === 0)).toBe(true);
    expect(moves).toBeLessThan(12);
  }
});

describe("distinct rows", () => {
  test("are numbered in order of appearance, batch after batch", () => {
    const distinct = new DistinctRows();
    for (const [ids, slots, rows] of [
      [
        [7, 7, 3, 7],
        [0, 0, 1, 0],
        [7, 3],
      ],
      [
        [3, 0, 3],
        [0, 1, 0],
        [3, 0],
      ],
      [[], [], []],
      [
        [0, 7],
        [0, 1],
        [0, 7],
      ],
    ]) {
      distinct.begin(8, ids.length);
      expect(ids.map((id) => distinct.add(id))).toEqual(slots);
      expect([...distinct.rows()]).toEqual(rows);
    }
  });

  test("may come from a table that has grown", () => {
    const distinct = new DistinctRows();
    distinct.begin(2, 1);
    distinct.add(1);
    distinct.begin(9, 2);
    expect([distinct.add(8), distinct.add(1)]).toEqual([0, 1]);
  });
});
