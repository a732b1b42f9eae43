import type { Dtype, FloatArray, HostMatrix } from "./contract/index.ts";

/** A host array of the element type. */
export function floatArray(dtype: Dtype, length: number): FloatArray {
  return dtype === "float32" ? new Float32Array(length) : new Float64Array(length);
}

export function isFloatArray(value: unknown): value is FloatArray {
  return value instanceof Float32Array || value instanceof Float64Array;
}

export function bytesOf(dtype: Dtype): number {
  return dtype === "float32" ? 4 : 8;
}

/** A host matrix [rows, columns] over `data`, which it does not copy; zeros in float64 where none is given. */
export function hostMatrix(rows: number, columns: number, data?: FloatArray): HostMatrix {
  return { rows, columns, data: data ?? new Float64Array(rows * columns) };
}
