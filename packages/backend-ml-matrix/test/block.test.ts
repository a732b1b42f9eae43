import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { mlMatrix } from "@widehead/backend-ml-matrix";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { Block } from "../src/block.ts";

function counting(rows: number, columns: number): Block {
  const data = Float64Array.from({ length: rows * columns }, (_, i) => i + 1);
  return new Block(rows, columns, { data, offset: 0, rowStride: columns, columnStride: 1 });
}

describe("Block", () => {
  test("transposes and windows share its memory", () => {
    const block = counting(3, 4);
    expect(block.transposed().to2DArray()).toEqual([
      [1, 5, 9],
      [2, 6, 10],
      [3, 7, 11],
      [4, 8, 12],
    ]);
    const inner = block.transposed().window(1, 1, 2, 2);
    expect(inner.to2DArray()).toEqual([
      [6, 10],
      [7, 11],
    ]);
    inner.set(0, 1, -1);
    expect(block.get(2, 1)).toBe(-1);
  });

  test("of any window, transposed or not, ml-matrix computes the product that it computes of copies", () => {
    const side = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(side, side, side, fc.boolean(), fc.boolean(), (m, k, n, transposeA, transposeB) => {
        const a = transposeA ? counting(9, 8).window(1, 2, k, m).transposed() : counting(9, 8).window(1, 2, m, k);
        const b = transposeB ? counting(7, 9).window(2, 1, n, k).transposed() : counting(7, 9).window(2, 1, k, n);
        const copies = new Matrix(a.to2DArray()).mmul(new Matrix(b.to2DArray()));
        expect(a.mmul(b).to2DArray()).toEqual(copies.to2DArray());
      }),
    );
  });

  test("toDense copies", () => {
    const block = counting(2, 2);
    const copy = block.toDense();
    block.set(0, 0, 9);
    expect(copy.to2DArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

test("the kernel string names the version of ml-matrix that is installed", async () => {
  const main = createRequire(import.meta.url).resolve("ml-matrix");
  const { version } = JSON.parse(readFileSync(join(dirname(main), "package.json"), "utf8"));
  expect(await mlMatrix.probe()).toEqual({ available: true, kernel: `ml-matrix ${version}`, software: false });
});
