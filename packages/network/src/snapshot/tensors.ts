import { type Tensor, type TensorDtype, WideheadError } from "@widehead/core";
import type { StateArray } from "../parameter.ts";

const chunkBytes = 1 << 20;
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** A tensor over the array, which must not change until its chunks are consumed; chunks are copies. */
export function toTensor(name: string, array: StateArray): Tensor {
  const { rows, columns, values } = array;
  return { name, dtype: dtypeOf(values), shape: [rows, columns], chunks: () => chunksOf(values) };
}

/**
 * Fills an array from a tensor of the same shape; F32 and F64 convert into each other.
 * Throws ERR_FORMAT where the shape, the type or the length is another, or a number is not finite.
 */
export async function fillFromTensor(array: StateArray, tensor: Tensor): Promise<void> {
  const { rows, columns, values } = array;
  const integers = values instanceof Uint32Array;
  if (tensor.shape.length !== 2 || tensor.shape[0] !== rows || tensor.shape[1] !== columns) {
    throw formatError(tensor.name, `shape [${rows}, ${columns}]`, `[${tensor.shape.join(", ")}]`);
  }
  if (integers !== (tensor.dtype === "U32")) {
    throw formatError(tensor.name, integers ? "type U32" : "type F32 or F64", tensor.dtype);
  }
  const source = await read(tensor, values.length);
  const index = source.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) throw formatError(tensor.name, "finite numbers", `${source[index]} at ${index}`);
  values.set(source);
}

/** The error of a snapshot's part that is not what was expected. */
export function formatError(part: string, expected: string, actual: unknown, cause?: unknown): WideheadError {
  const message = `snapshot: ${part} must have ${expected}, got ${actual}`;
  return new WideheadError("ERR_FORMAT", message, { argument: part, expected, actual }, { cause });
}

function* chunksOf(values: StateArray["values"]): Iterable<Uint8Array> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let begin = 0; begin < bytes.length; begin += chunkBytes) {
    yield inLittleEndian(bytes.slice(begin, begin + chunkBytes), values.BYTES_PER_ELEMENT);
  }
}

async function read(tensor: Tensor, length: number): Promise<StateArray["values"]> {
  const values = arrayOf(tensor.dtype, length);
  const bytes = new Uint8Array(values.buffer);
  let filled = 0;
  for await (const chunk of tensor.chunks()) {
    if (filled + chunk.length > bytes.length) {
      throw formatError(tensor.name, `${bytes.length} bytes`, "more");
    }
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled < bytes.length) throw formatError(tensor.name, `${bytes.length} bytes`, filled);
  inLittleEndian(bytes, values.BYTES_PER_ELEMENT);
  return values;
}

function dtypeOf(values: StateArray["values"]): TensorDtype {
  if (values instanceof Uint32Array) return "U32";
  return values instanceof Float32Array ? "F32" : "F64";
}

function arrayOf(dtype: TensorDtype, length: number): StateArray["values"] {
  if (dtype === "U32") return new Uint32Array(length);
  return dtype === "F32" ? new Float32Array(length) : new Float64Array(length);
}

/** Turns elements in the machine's byte order into little-endian ones or back, in place. */
function inLittleEndian(bytes: Uint8Array, elementBytes: number): Uint8Array {
  if (littleEndian) return bytes;
  for (let begin = 0; begin < bytes.length; begin += elementBytes) {
    bytes.subarray(begin, begin + elementBytes).reverse();
  }
  return bytes;
}
