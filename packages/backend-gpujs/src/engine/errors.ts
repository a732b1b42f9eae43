import { WideheadError } from "@widehead/core";

export function outOfMemory(rows: number, columns: number, cause?: unknown): WideheadError {
  const message = `allocate: backend "gpujs" has no room for a matrix [${rows}, ${columns}] of float32`;
  return new WideheadError("ERR_MEMORY", message, { op: "allocate", shape: [rows, columns] }, { cause });
}
