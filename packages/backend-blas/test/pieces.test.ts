import { createRandom, type Matrix } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { createBackend } from "../src/backend.ts";
import { rowsAtATime } from "../src/pieces.ts";
import { installed } from "./installed.ts";

const kernel = "OpenBLAS 0.3.21 Cooperlake";

describe("rowsAtATime", () => {
  test.each([
    { rows: 11, columns: 301, inner: 301, expected: 11 },
    { rows: 12, columns: 301, inner: 301, expected: 8 },
    { rows: 32, columns: 301, inner: 301, expected: 8 },
    { rows: 33, columns: 301, inner: 301, expected: 33 },
    { rows: 128, columns: 129, inner: 129, expected: 48 },
    { rows: 16, columns: 513, inner: 513, expected: 16 },
  ])("$rows rows by [$inner, $columns]: $expected at a time", ({ rows, columns, inner, expected }) => {
    expect(rowsAtATime(kernel, rows, columns, inner)).toBe(expected);
  });

  test.each(["OpenBLAS 0.3.21 Haswell", "MKL 2024.0", "Accelerate"])("all at once in %s", (other) => {
    expect(rowsAtATime(other, 32, 301, 301)).toBe(32);
  });
});

test.skipIf(installed === undefined)(
  "a product in pieces is the product, into a view and onto what was there",
  async () => {
    await using whole = await createBackend(installed!, "float64", 1);
    await using inPieces = await createBackend({ ...installed!, kernel }, "float64", 1);
    const random = createRandom(3);
    const [rows, inner, columns] = [90, 130, 127];
    const numbers = (count: number) => Float64Array.from({ length: count }, () => random.normal());
    const [a, b, before] = [numbers(rows * inner), numbers(inner * columns), numbers(rows * (columns + 3))];
    expect(rowsAtATime(kernel, rows, columns, inner)).toBeLessThan(rows);
    const results = [];
    for (const backend of [whole, inPieces]) {
      const matrix = (height: number, width: number, data: Float64Array): Matrix => {
        const made = backend.allocate(height, width);
        backend.write(made, data);
        return made;
      };
      const out = matrix(rows, columns + 3, before);
      const view = backend.view(out, 0, 2, rows, columns);
      backend.gemm(matrix(rows, inner, a), matrix(inner, columns, b), view, { alpha: 0.5, beta: 2 });
      results.push(...(await backend.readMany([out])));
    }
    const [expected, observed] = results;
    for (let i = 0; i < expected!.length; i += 1) expect(observed![i]).toBeCloseTo(expected![i]!, 11);
  },
);
