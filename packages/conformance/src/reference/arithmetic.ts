import type { Dtype, FloatArray } from "@widehead/core";

/** A stretch of a block: the numbers from `at` on. */
export interface Stretch {
  readonly data: FloatArray;
  readonly at: number;
}

/** The two inner loops of every kernel, and the rounding of the type. Each product and each sum is rounded by itself. */
export interface Arithmetic {
  round(value: number): number;
  /** Σ a[i] b[i] */
  dot(a: Stretch, b: Stretch, length: number): number;
  /** out[i] += factor · a[i] */
  addScaled(factor: number, a: Stretch, out: Stretch, length: number): void;
}

const float64: Arithmetic = {
  round: (value) => value,
  dot({ data: a, at: aAt }, { data: b, at: bAt }, length) {
    let sum = 0;
    for (let i = 0; i < length; i += 1) sum += a[aAt + i]! * b[bAt + i]!;
    return sum;
  },
  addScaled(factor, { data: a, at: aAt }, { data: out, at: outAt }, length) {
    for (let i = 0; i < length; i += 1) out[outAt + i]! += factor * a[aAt + i]!;
  },
};

/**
 * V8 turns a rounded operation on rounded operands into one float32 instruction. The loops are written out for each type,
 * because a rounding function passed in would keep it from doing so.
 */
const float32: Arithmetic = {
  round: Math.fround,
  dot({ data: a, at: aAt }, { data: b, at: bAt }, length) {
    let sum = Math.fround(0);
    for (let i = 0; i < length; i += 1) sum = Math.fround(sum + Math.fround(a[aAt + i]! * b[bAt + i]!));
    return sum;
  },
  addScaled(factor, { data: a, at: aAt }, { data: out, at: outAt }, length) {
    const scale = Math.fround(factor);
    for (let i = 0; i < length; i += 1) {
      out[outAt + i] = Math.fround(out[outAt + i]! + Math.fround(scale * a[aAt + i]!));
    }
  },
};

export const arithmetics: Readonly<Record<Dtype, Arithmetic>> = { float32, float64 };
