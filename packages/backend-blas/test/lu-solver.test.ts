import { createRandom, type Dtype } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { LuSolver } from "../src/lu-solver.ts";
import { Place } from "../src/place.ts";
import { blockSize } from "../src/triangle.ts";
import { Workspace } from "../src/workspace.ts";
import { installed } from "./installed.ts";

/** A matrix with unused numbers at the end of each row, which must stay. */
class Padded {
  readonly workspace: Workspace;
  readonly place: Place;
  readonly columns: number;

  constructor(dtype: Dtype, rows: number, columns: number, element: (i: number, j: number) => number) {
    const stride = columns + 3;
    this.columns = columns;
    this.workspace = new Workspace(dtype, installed!.foreign, rows * stride + 1);
    const { values, address } = this.workspace;
    values.fill(77);
    for (let i = 0; i < rows; i += 1) for (let j = 0; j < columns; j += 1) values[i * stride + j] = element(i, j);
    this.place = new Place(address, stride, values.BYTES_PER_ELEMENT);
  }

  at(i: number, j: number): number {
    return this.workspace.values[i * this.place.stride + j]!;
  }

  expectPaddingKept(): void {
    const { stride } = this.place;
    const padding = this.workspace.values.filter((_, i) => i % stride >= this.columns);
    expect(new Set(padding)).toEqual(new Set([77]));
  }
}

function solverOf(dtype: Dtype): LuSolver {
  return new LuSolver(dtype, installed!.routines[dtype], installed!.foreign);
}

/** Largest |A X − B| relative to |A| |X| + |B|, in units of u, for B whose solution is moderate however bad A is. */
function residual(dtype: Dtype, n: number, columns: number, element: (i: number, j: number) => number): number {
  const random = createRandom(n * 1000 + columns);
  const a = new Padded(dtype, n, n, element);
  const original = new Padded(dtype, n, n, (i, j) => a.at(i, j));
  const solution = Float64Array.from({ length: n * columns }, () => random.normal());
  const b = new Padded(dtype, n, columns, (i, j) => {
    let sum = 0;
    for (let k = 0; k < n; k += 1) sum += a.at(i, k) * solution[k * columns + j]!;
    return sum;
  });
  const right = new Padded(dtype, n, columns, (i, j) => b.at(i, j));
  expect(solverOf(dtype).solve(n, columns, a.place, b.place)).toBe(0);
  a.expectPaddingKept();
  b.expectPaddingKept();
  let worst = 0;
  for (let j = 0; j < columns; j += 1) {
    let largest = 0;
    let size = 0;
    for (let i = 0; i < n; i += 1) {
      let sum = -right.at(i, j);
      let magnitude = Math.abs(sum);
      for (let k = 0; k < n; k += 1) {
        const product = original.at(i, k) * b.at(k, j);
        sum += product;
        magnitude += Math.abs(product);
      }
      largest = Math.max(largest, Math.abs(sum));
      size = Math.max(size, magnitude);
    }
    worst = Math.max(worst, largest / size);
  }
  return worst / (dtype === "float32" ? 2 ** -24 : 2 ** -53);
}

describe.skipIf(installed === undefined)("LuSolver", () => {
  const sizes = [1, 2, 15, 16, 17, 31, 32, 33, 48, 49, 63, 64, 65, 129];

  describe.each<Dtype>(["float32", "float64"])("in %s", (dtype) => {
    test.each(sizes)("solves near the unit matrix and far from it, n = %i", (n) => {
      const random = createRandom(n);
      for (const columns of [1, 7, 40]) {
        expect(residual(dtype, n, columns, (i, j) => Number(i === j) + 0.1 * random.normal())).toBeLessThan(4 * n + 8);
        expect(residual(dtype, n, columns, () => random.normal())).toBeLessThan(4 * n + 8);
      }
    });

    test.each(sizes)("is as good where the inverse of a diagonal block is large, n = %i", (n) => {
      const random = createRandom(n);
      const growing = (i: number, j: number): number => (i === j ? 1 : i > j ? -1 : 0);
      expect(residual(dtype, n, 9, growing)).toBeLessThan(4 * n + 8);
      expect(residual(dtype, n, 9, (i, j) => (i <= j ? random.normal() : 0))).toBeLessThan(4 * n + 8);
    });

    test.each(sizes)("names the first pivot that is zero, and one where a number is not finite, n = %i", (n) => {
      for (const bad of new Set([0, n >> 1, Math.min(n - 1, blockSize), n - 1])) {
        for (const value of [0, Number.NaN, Number.POSITIVE_INFINITY]) {
          const a = new Padded(dtype, n, n, (i, j) => (i === j ? (i === bad ? value : 2) : 0));
          const b = new Padded(dtype, n, 3, () => 1);
          const solver = solverOf(dtype);
          const status = solver.solve(n, 3, a.place, b.place);
          if (value === 0) expect(status).toBe(1 + bad);
          expect(status).toBeGreaterThanOrEqual(1);
          expect(status).toBeLessThanOrEqual(1 + bad);
          const regular = new Padded(dtype, n, n, (i, j) => (i === j ? 2 : 0));
          const ones = new Padded(dtype, n, 3, () => 1);
          expect(solver.solve(n, 3, regular.place, ones.place)).toBe(0);
          expect(ones.at(n - 1, 2)).toBe(0.5);
        }
      }
    });

    test("pivots by rows across panels", () => {
      const n = 40;
      const a = new Padded(dtype, n, n, (i, j) => Number(j === (i * 7 + 3) % n) * (i + 1));
      const b = new Padded(dtype, n, 2, (i, j) => (i + 1) * (j + 1));
      expect(solverOf(dtype).solve(n, 2, a.place, b.place)).toBe(0);
      for (let i = 0; i < n; i += 1) expect([b.at(i, 0), b.at(i, 1)]).toEqual([1, 2]);
    });
  });
});
