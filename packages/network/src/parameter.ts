import type { Dtype, FloatArray, Random } from "@widehead/core";
import { floatArray } from "@widehead/core";

/** A named host matrix [rows, columns], row-major: what a snapshot stores and restores. */
export interface StateArray {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly values: FloatArray | Uint32Array;
}

/** A trainable matrix. */
export interface Parameter extends StateArray {
  readonly values: FloatArray;
}

/** The gradient of some rows of a parameter; all rows unless `rows` names them, each once. */
export interface Gradient {
  readonly parameter: Parameter;
  readonly rows?: Uint32Array;
  /** [rows, columns], in the order of `rows`. */
  readonly values: FloatArray;
}

/** A matrix of zeros with a name. */
export function createParameter(name: string, rows: number, columns: number, dtype: Dtype): Parameter {
  return { name, rows, columns, values: floatArray(dtype, rows * columns) };
}

/** Fills an array with normal numbers of mean 0. */
export function fillNormal(values: FloatArray, deviation: number, random: Random): void {
  for (let i = 0; i < values.length; i += 1) values[i] = deviation * random.normal();
}
