import { type Tensor, WideheadError } from "@widehead/core";
import { elementBytes, encodeHeader, METADATA, type TensorPlace, tensorBytes } from "./header.ts";

/**
 * The bytes of a safetensors file, header first, in the chunks that the tensors give: never more than one in memory.
 * Tensors of wider elements come first, so that all are aligned in a mapped file.
 *
 * @throws WideheadError ERR_OPTION for two tensors of one name or the reserved name; ERR_SHAPE where a tensor's chunks and
 * its shape disagree
 * @see https://github.com/huggingface/safetensors#format
 */
export async function* safetensorsChunks(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>> = {},
): AsyncGenerator<Uint8Array> {
  assertNames(tensors);
  const ordered = [...tensors].sort((a, b) => elementBytes(b.dtype) - elementBytes(a.dtype));
  yield encodeHeader({ places: placesOf(ordered), metadata });
  for (const tensor of ordered) yield* checkedChunks(tensor);
}

function assertNames(tensors: readonly Tensor[]): void {
  const names = new Set([METADATA]);
  for (const { name } of tensors) {
    if (names.has(name)) {
      const message = `safetensors: tensors must have distinct names other than ${METADATA}, got ${name} once too often`;
      throw new WideheadError("ERR_OPTION", message, { argument: "tensors", actual: name });
    }
    names.add(name);
  }
}

function placesOf(tensors: readonly Tensor[]): TensorPlace[] {
  let begin = 0;
  return tensors.map(({ name, dtype, shape }) => {
    const end = begin + tensorBytes(dtype, shape);
    const place = { name, dtype, shape, begin, end };
    begin = end;
    return place;
  });
}

async function* checkedChunks(tensor: Tensor): AsyncGenerator<Uint8Array> {
  const expected = tensorBytes(tensor.dtype, tensor.shape);
  let actual = 0;
  for await (const chunk of tensor.chunks()) {
    actual += chunk.length;
    if (actual > expected) break;
    yield chunk;
  }
  if (actual === expected) return;
  throw new WideheadError(
    "ERR_SHAPE",
    `safetensors: tensor ${tensor.name} ${tensor.dtype}[${tensor.shape.join(", ")}] must have ${expected} bytes, got ${actual > expected ? "more" : actual}`,
    { argument: tensor.name, expected, actual },
  );
}
