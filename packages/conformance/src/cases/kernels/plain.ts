import type { SparsePattern } from "@widehead/core";
import type { Operand } from "./operands.ts";

/** A result in float64 and, entry by entry, the sum of the absolute values that went into it: round-off is a multiple of that. */
export interface Expected {
  readonly values: Float64Array;
  readonly magnitudes: Float64Array;
}

/** Fills [rows, columns] entry by entry from the terms that sum up to it. */
export function sums(rows: number, columns: number, terms: (i: number, j: number) => Iterable<number>): Expected {
  const values = new Float64Array(rows * columns);
  const magnitudes = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < columns; j += 1) {
      for (const term of terms(i, j)) {
        values[i * columns + j]! += term;
        magnitudes[i * columns + j]! += Math.abs(term);
      }
    }
  }
  return { values, magnitudes };
}

export function at({ values, columns }: Operand, i: number, j: number): number {
  return values[i * columns + j]!;
}

/** α · op(A) · op(B) + β · C, as loops over the definition. */
export function gemm(
  a: Operand,
  b: Operand,
  c: Operand,
  { transposeA, transposeB, alpha, beta }: { transposeA: boolean; transposeB: boolean; alpha: number; beta: number },
): Expected {
  const inner = transposeA ? a.rows : a.columns;
  const values = new Float64Array(c.rows * c.columns);
  const magnitudes = new Float64Array(c.rows * c.columns);
  for (let i = 0; i < c.rows; i += 1) {
    for (let j = 0; j < c.columns; j += 1) {
      const old = beta === 0 ? 0 : beta * at(c, i, j);
      let value = old;
      let magnitude = Math.abs(old);
      for (let k = 0; k < inner; k += 1) {
        const left = transposeA ? at(a, k, i) : at(a, i, k);
        const term = alpha * left * (transposeB ? at(b, j, k) : at(b, k, j));
        value += term;
        magnitude += Math.abs(term);
      }
      values[i * c.columns + j] = value;
      magnitudes[i * c.columns + j] = magnitude;
    }
  }
  return { values, magnitudes };
}

/** The magnitudes times a factor: what each entry may be off. */
export function allowed({ magnitudes }: Expected, factor: number): Float64Array {
  return magnitudes.map((magnitude) => factor * magnitude);
}

/** The row of each entry of the pattern. */
export function entryRows({ rows, offsets }: SparsePattern): Uint32Array {
  const entries = new Uint32Array(offsets[rows]!);
  for (let j = 0; j < rows; j += 1) entries.fill(j, offsets[j], offsets[j + 1]);
  return entries;
}
