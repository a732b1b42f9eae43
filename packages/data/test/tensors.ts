import type { Tensor, TensorDtype } from "@widehead/core";

/** A tensor over bytes in memory, in chunks of the given size. */
export function tensorOf(
  name: string,
  dtype: TensorDtype,
  shape: readonly number[],
  bytes: Uint8Array,
  chunk = 64,
): Tensor {
  return {
    name,
    dtype,
    shape,
    *chunks() {
      for (let first = 0; first < bytes.length; first += chunk) yield bytes.subarray(first, first + chunk);
    },
  };
}

export async function collect(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** What a tensor holds, for comparison, by name. */
export async function contents(tensors: readonly Tensor[]): Promise<Record<string, unknown>> {
  const entries = tensors.map(async ({ name, dtype, shape, ...tensor }) => {
    return [name, { dtype, shape, bytes: (await collect(tensor.chunks())).toString("base64") }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
