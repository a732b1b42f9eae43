import { blas } from "@widehead/backend-blas";
import { type Backend, type Dtype, isWideheadError, type Matrix } from "@widehead/core";
import { beforeEach, describe, expect, test } from "vitest";
import { installed } from "./installed.ts";

describe.skipIf(installed === undefined).each<Dtype>(["float32", "float64"])("BlasBackend in %s", (dtype) => {
  let backend: Backend;

  beforeEach(async () => {
    backend = await blas.create({ dtype });
    return () => backend[Symbol.asyncDispose]();
  });

  function filled(rows: number, columns: number, element: (i: number, j: number) => number): Matrix {
    const matrix = backend.allocate(rows, columns);
    const numbers = Float64Array.from({ length: rows * columns }, (_, i) =>
      element(Math.floor(i / columns), i % columns),
    );
    backend.write(matrix, numbers);
    return matrix;
  }

  async function numbersOf(matrix: Matrix): Promise<readonly number[]> {
    const [numbers] = await backend.readMany([matrix]);
    return [...numbers!];
  }

  test("finds its matrices after the memory has grown", async () => {
    const n = 20;
    const a = filled(n, n, (i, j) => Number(i === j) * (i + 1));
    const b = filled(n, n, (_, j) => j);
    const out = backend.allocate(n, n);
    const expected = Array.from({ length: n * n }, (_, i) => (Math.floor(i / n) + 1) * (i % n));
    backend.gemm(a, b, out);
    expect(await numbersOf(out)).toEqual(expected);
    backend.fill(out, 0);
    using _large = backend.allocate(4096, 4096);
    backend.gemm(a, b, out);
    expect(await numbersOf(out)).toEqual(expected);
  });

  test("solves into another matrix without changing the right-hand side, whole or in a view", async () => {
    const n = 80;
    const b = filled(n, 9, (i, j) => i + j);
    const wide = filled(n, 15, () => -1);
    for (const out of [backend.allocate(n, 9), backend.view(wide, 0, 3, n, 9)]) {
      const a = filled(n, n, (i, j) => Number((i + 1) % n === j) * 2);
      const status = filled(1, 1, () => 7);
      backend.luSolve(a, b, out, status);
      expect(await numbersOf(status)).toEqual([0]);
      expect(await numbersOf(b)).toEqual(Array.from({ length: n * 9 }, (_, i) => Math.floor(i / 9) + (i % 9)));
      const solution = Array.from({ length: n * 9 }, (_, i) => (((Math.floor(i / 9) + n - 1) % n) + (i % 9)) / 2);
      expect(await numbersOf(out)).toEqual(solution);
    }
    expect(new Set(await numbersOf(backend.view(wide, 0, 0, n, 3)))).toEqual(new Set([-1]));
    expect(new Set(await numbersOf(backend.view(wide, 0, 12, n, 3)))).toEqual(new Set([-1]));
  });

  test.each([
    ["zero", 0],
    ["NaN", Number.NaN],
    ["infinite", Number.POSITIVE_INFINITY],
  ])("reports a pivot that is %s, and solves the next system", async (_, value) => {
    const n = 80;
    const status = backend.allocate(1, 1);
    const b = filled(n, 2, () => 1);
    backend.luSolve(
      filled(n, n, (i, j) => (i === j ? (i === 20 ? value : 1) : 0)),
      b,
      backend.allocate(n, 2),
      status,
    );
    const [failed] = await numbersOf(status);
    expect(value === 0 ? failed : Number(failed! >= 1 && failed! <= 21)).toBe(value === 0 ? 21 : 1);
    backend.luSolve(
      filled(n, n, (i, j) => Number(i === j) * 2),
      b,
      b,
      status,
    );
    expect(await numbersOf(status)).toEqual([0]);
    expect(new Set(await numbersOf(b))).toEqual(new Set([0.5]));
  });

  test("calls no native code once it is disposed", async () => {
    const [a, b, out, status] = [
      filled(80, 80, () => 1),
      filled(80, 80, () => 1),
      filled(80, 80, () => 5),
      filled(1, 1, () => 5),
    ];
    const numbers = backend.hostView!(out)!;
    await backend[Symbol.asyncDispose]();
    for (const call of [() => backend.gemm(a, b, out), () => backend.luSolve(a, b, out, status)]) {
      expect(call).toThrowError(expect.toSatisfy((error: unknown) => isWideheadError(error, "ERR_DISPOSED")));
    }
    expect(new Set(numbers)).toEqual(new Set([5]));
  });
});
