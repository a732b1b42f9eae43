import { createRandom } from "@widehead/core";
import { expect, test } from "vitest";
import { combineWeights } from "../src/input/sparse-weights.ts";
import { sparseInput } from "./sparse-toy.ts";

const many = sparseInput(1_000, [[...Array(1_000).keys()]]);
const input = { ...many, values: Float64Array.from(many.ids, (id) => (id % 2 === 0 ? 1 + id / 1_000 : -1)) };
const drawn = (combine: "sum" | "mean" | "normalized") =>
  combineWeights(combine, input, { dropout: 0.4, random: createRandom(5) });

test("dropout leaves its fraction out, and a sum's other entries make up for it", () => {
  const weights = drawn("sum");
  const left = [...weights.keys()].filter((k) => weights[k] !== 0);
  expect(left.length / 1_000).toBeCloseTo(0.6, 1);
  for (const k of left) expect(weights[k]).toBeCloseTo(input.values[k] / 0.6, 12);
});

test("a mean and a normalised sum are of the entries that are left", () => {
  const sizeOf = (weights: Float64Array, power: number) =>
    weights.reduce((sum, weight) => sum + Math.abs(weight) ** power, 0);
  expect(sizeOf(drawn("mean"), 1)).toBeCloseTo(1, 12);
  expect(sizeOf(drawn("normalized"), 2)).toBeCloseTo(1, 12);
});

test("an example that dropout leaves nothing of is zeros", () => {
  const weights = combineWeights("normalized", sparseInput(1, [[0]]), { dropout: 1 - 1e-12, random: createRandom(1) });
  expect([...weights]).toEqual([0]);
});
