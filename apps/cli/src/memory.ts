import { type Dtype, WideheadError } from "@widehead/core";

/** Throws WideheadError ERR_MEMORY where something needs more bytes than there are. */
export function requireMemory(what: string, needed: number, limit: number): void {
  if (needed <= limit) return;
  const message = `${what} needs at least ${mebibytes(needed)}, and there are ${mebibytes(limit)}; use smaller sizes`;
  throw new WideheadError("ERR_MEMORY", message, { needed, limit });
}

export function bytesOfNumber(dtype: Dtype): number {
  return dtype === "float32" ? 4 : 8;
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
