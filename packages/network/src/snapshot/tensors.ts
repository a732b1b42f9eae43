import { type Dtype, readAllFloats, readAllIntegers, type Tensor, WideheadError } from "@widehead/core";
import type { StateArray } from "../parameter.ts";

/**
 * Fills an array from a tensor of the same shape; F32 and F64 convert into each other.
 * Throws ERR_FORMAT where the shape, the type or the length is another, or a number is not finite.
 */
export async function fillFromTensor(array: StateArray, tensor: Tensor): Promise<void> {
  const { rows, columns, values } = array;
  if (tensor.shape.length !== 2 || tensor.shape[0] !== rows || tensor.shape[1] !== columns) {
    throw formatError(tensor.name, `shape [${rows}, ${columns}]`, `[${tensor.shape.join(", ")}]`);
  }
  if (values instanceof Uint32Array) {
    values.set(await readAllIntegers(tensor));
  } else {
    const dtype: Dtype = values instanceof Float32Array ? "float32" : "float64";
    values.set(await readAllFloats(tensor, dtype));
  }
}

/** The error of a snapshot's part that is not what was expected. */
export function formatError(part: string, expected: string, actual: unknown, cause?: unknown): WideheadError {
  const message = `snapshot: ${part} must have ${expected}, got ${actual}`;
  return new WideheadError("ERR_FORMAT", message, { argument: part, expected, actual }, { cause });
}
