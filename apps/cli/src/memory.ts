import { type Backend, type Dtype, WideheadError } from "@widehead/core";

/** Throws WideheadError ERR_MEMORY where something needs more bytes than there are. */
export function requireMemory(what: string, needed: number, limit: number): void {
  if (needed <= limit) return;
  const message = `${what} needs at least ${mebibytes(needed)}, and there are ${mebibytes(limit)}; use smaller sizes`;
  throw new WideheadError("ERR_MEMORY", message, { needed, limit });
}

/** Sizes of a body: the numbers in its table, the widths of what follows from it, and the examples in a step. */
export interface BodyShape {
  readonly table: number;
  readonly widths: readonly number[];
  readonly batch: number;
}

/**
 * What grows without bound beside the output layer: the body's parameters, and its activations for a batch.
 * Throws WideheadError ERR_MEMORY.
 */
export function requireBodyMemory({ table, widths, batch }: BodyShape, backend: Backend, limit: number): void {
  const bytes = bytesOfNumber(backend.numerics.dtype);
  const weights = widths.slice(1).reduce((sum, width, i) => sum + width * widths[i]!, table);
  const activations = widths.reduce((sum, width) => sum + width, 0);
  requireMemory(`a body of ${weights} weights`, bytes * weights, limit);
  requireMemory(`a batch of ${batch} with ${activations} activations each`, bytes * batch * activations, limit);
}

export function bytesOfNumber(dtype: Dtype): number {
  return dtype === "float32" ? 4 : 8;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
