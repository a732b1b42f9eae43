import { createRandom, type Dtype, floatArray, type Matrix } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { createSimd, dtypes } from "./simd.ts";

type Shape = readonly [m: number, k: number, n: number];

const around = (size: number): readonly number[] => [size - 1, size, size + 1];

/** Rows of A that are packed at a time when k = 256: 256 KiB. */
const blockRows: Readonly<Record<Dtype, number>> = { float32: 256, float64: 128 };

function shapesOf(dtype: Dtype): readonly Shape[] {
  return [
    ...[...around(256), ...around(512), 769].flatMap((k): Shape[] => [
      [5, k, 17],
      [3, k, 5],
      [33, k, 1],
    ]),
    ...around(blockRows[dtype]).map((m): Shape => [m, 256, 17]),
    ...around(4 * blockRows[dtype]).map((m): Shape => [m, 64, 3]),
    ...[...around(3), ...around(5)].flatMap((narrow): Shape[] => [
      [narrow, 40, 37],
      [37, narrow, 40],
      [40, 37, narrow],
    ]),
    ...around(16).flatMap((n): Shape[] => around(4).map((m) => [m, 9, n])),
    [1, 1000, 1],
    [130, 1, 1],
    [1, 1, 130],
  ];
}

describe.each(dtypes)("gemm %s", (dtype) => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])("across every block size, transposed: %s and %s", async (transposeA, transposeB) => {
    await using backend = await createSimd(dtype);
    const random = createRandom(5);
    const normal = (rows: number, columns: number, gap: number): readonly [Matrix, Float64Array] => {
      const values = floatArray(dtype, rows * columns).map(() => random.normal());
      const matrix = backend.view(backend.allocate(rows + 1, columns + gap), 1, gap, rows, columns);
      backend.write(matrix, values);
      return [matrix, Float64Array.from(values)];
    };
    for (const [m, k, n] of shapesOf(dtype)) {
      for (const gap of [0, 3]) {
        const [a, left] = transposeA ? normal(k, m, gap) : normal(m, k, gap);
        const [b, right] = transposeB ? normal(n, k, gap) : normal(k, n, gap);
        const [out, before] = normal(m, n, gap);
        backend.gemm(a, b, out, { transposeA, transposeB, alpha: 0.5, beta: -2 });
        const [observed] = await backend.readMany([out]);
        const bound = (k + 4) * backend.numerics.roundoff;
        let worst = 0;
        for (let i = 0; i < m; i += 1) {
          for (let j = 0; j < n; j += 1) {
            let sum = -2 * before[i * n + j]!;
            let magnitude = Math.abs(sum);
            for (let p = 0; p < k; p += 1) {
              const term = 0.5 * left[transposeA ? p * m + i : i * k + p]! * right[transposeB ? j * k + p : p * n + j]!;
              sum += term;
              magnitude += Math.abs(term);
            }
            worst = Math.max(worst, Math.abs(observed![i * n + j]! - sum) / (bound * magnitude));
          }
        }
        expect(worst, `[${m}, ${k}] · [${k}, ${n}], gap ${gap}`).toBeLessThanOrEqual(1);
      }
    }
  });
});
