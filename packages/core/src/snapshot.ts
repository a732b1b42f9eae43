import type { Dtype, FloatArray, Snapshot, Tensor, TensorDtype } from "./contract/index.ts";
import { WideheadError } from "./errors.ts";
import { floatArray } from "./matrix.ts";

/** A tensor over numbers that are in memory already. */
export function tensorOf(name: string, shape: readonly number[], data: FloatArray | Uint32Array): Tensor {
  return {
    name,
    dtype: data instanceof Float32Array ? "F32" : data instanceof Float64Array ? "F64" : "U32",
    shape,
    chunks: () => [littleEndian(bytesView(data), data.BYTES_PER_ELEMENT)],
  };
}

/** A tensor whose numbers are produced piece by piece. */
export function streamedTensor(
  name: string,
  dtype: TensorDtype,
  shape: readonly number[],
  pieces: () => AsyncIterable<FloatArray | Uint32Array>,
): Tensor {
  return {
    name,
    dtype,
    shape,
    async *chunks() {
      for await (const piece of pieces()) yield littleEndian(bytesView(piece), piece.BYTES_PER_ELEMENT);
    },
  };
}

export function tensorDtype(dtype: Dtype): TensorDtype {
  return dtype === "float32" ? "F32" : "F64";
}

/** @throws WideheadError ERR_FORMAT if the snapshot lacks the tensor or its shape differs */
export function findTensor(snapshot: Snapshot, name: string, shape: readonly number[]): Tensor {
  const tensor = snapshot.tensors.find((candidate) => candidate.name === name);
  if (tensor === undefined || tensor.shape.join() !== shape.join()) {
    throw new WideheadError(
      "ERR_FORMAT",
      `snapshot: expected tensor ${name} [${shape}], got ${tensor === undefined ? "none" : `[${tensor.shape}]`}`,
      { tensor: name, expected: shape, actual: tensor?.shape },
    );
  }
  return tensor;
}

/** Reads a tensor of floats in pieces of `elements` numbers (the last may be shorter), in the element type wanted. */
export async function* readFloats(tensor: Tensor, dtype: Dtype, elements: number): AsyncGenerator<FloatArray> {
  if (tensor.dtype === "U32") throw wrongDtype(tensor, "F32 or F64");
  const stored: Dtype = tensor.dtype === "F32" ? "float32" : "float64";
  for await (const bytes of inPieces(tensor, elements * (stored === "float32" ? 4 : 8))) {
    const numbers = stored === "float32" ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer);
    const wanted = stored === dtype ? numbers : floatArray(dtype, numbers.length);
    if (wanted !== numbers) wanted.set(numbers);
    for (const value of wanted) {
      if (!Number.isFinite(value))
        throw new WideheadError(
          "ERR_FORMAT",
          `snapshot: tensor ${tensor.name} holds ${value}; expected finite numbers`,
          { tensor: tensor.name },
        );
    }
    yield wanted;
  }
}

/** Reads a tensor of 32-bit integers in pieces of `elements`. */
export async function* readIntegers(tensor: Tensor, elements: number): AsyncGenerator<Uint32Array> {
  if (tensor.dtype !== "U32") throw wrongDtype(tensor, "U32");
  for await (const bytes of inPieces(tensor, elements * 4)) yield new Uint32Array(bytes.buffer);
}

/** A whole tensor of floats. */
export async function readAllFloats(tensor: Tensor, dtype: Dtype): Promise<FloatArray> {
  for await (const numbers of readFloats(tensor, dtype, elementsOf(tensor))) return numbers;
  return floatArray(dtype, 0);
}

/** A whole tensor of 32-bit integers. */
export async function readAllIntegers(tensor: Tensor): Promise<Uint32Array> {
  for await (const numbers of readIntegers(tensor, elementsOf(tensor))) return numbers;
  return new Uint32Array(0);
}

function elementsOf({ shape }: Tensor): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** A tensor's bytes in pieces of one size, each in a buffer of its own, whatever the chunks. */
async function* inPieces(tensor: Tensor, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const width = tensor.dtype === "F64" ? 8 : 4;
  let left = width * elementsOf(tensor);
  let piece = new Uint8Array(Math.min(size, left));
  let filled = 0;
  for await (const chunk of tensor.chunks()) {
    for (let used = 0; used < chunk.length; ) {
      if (piece.length === 0) throw wrongLength(tensor, "more");
      const take = Math.min(chunk.length - used, piece.length - filled);
      piece.set(chunk.subarray(used, used + take), filled);
      used += take;
      filled += take;
      if (filled < piece.length) continue;
      yield littleEndian(piece, width);
      left -= piece.length;
      piece = new Uint8Array(Math.min(size, left));
      filled = 0;
    }
  }
  if (left > 0) throw wrongLength(tensor, "fewer");
}

function wrongDtype(tensor: Tensor, expected: string): WideheadError {
  return new WideheadError("ERR_FORMAT", `snapshot: tensor ${tensor.name} expected ${expected}, got ${tensor.dtype}`, {
    tensor: tensor.name,
    expected,
    actual: tensor.dtype,
  });
}

function wrongLength(tensor: Tensor, which: "more" | "fewer"): WideheadError {
  return new WideheadError(
    "ERR_FORMAT",
    `snapshot: tensor ${tensor.name} has ${which} bytes than its shape [${tensor.shape}] says`,
    {
      tensor: tensor.name,
      shape: tensor.shape,
    },
  );
}

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Elements in the machine's byte order as little-endian ones, or back; a copy where the two differ. */
function littleEndian<B extends Uint8Array>(bytes: B, width: number): B {
  if (hostIsLittleEndian) return bytes;
  const swapped = bytes.slice() as B;
  for (let begin = 0; begin < swapped.length; begin += width) swapped.subarray(begin, begin + width).reverse();
  return swapped;
}

function bytesView(data: FloatArray | Uint32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The facts that every layer's snapshot begins with. */
export interface LayerFacts {
  readonly kind: string;
  readonly version: number;
  readonly outputs: number;
  readonly features: number;
}

/** @throws WideheadError ERR_FORMAT unless the snapshot is of this kind and version, with whole counts */
export function checkedFacts<F extends LayerFacts>(snapshot: Snapshot, kind: string, version: number): F {
  const facts = snapshot.facts as unknown as F;
  if (facts.kind !== kind || facts.version !== version) {
    throw new WideheadError(
      "ERR_FORMAT",
      `snapshot: expected a ${kind} layer of version ${version}, got ${String(facts.kind)} of version ${String(facts.version)}`,
      { expected: [kind, version], actual: [facts.kind, facts.version] },
    );
  }
  for (const count of [facts.outputs, facts.features]) {
    if (Number.isInteger(count) && count >= 1) continue;
    throw new WideheadError("ERR_FORMAT", `snapshot: expected whole outputs and features ≥ 1, got ${count}`, {
      actual: count,
    });
  }
  return facts;
}
