import { blas } from "@widehead/backend-blas";
import { mlMatrix } from "@widehead/backend-ml-matrix";
import { wasm } from "@widehead/backend-wasm";
import { webGpu } from "@widehead/backend-webgpu";
import { pickBackend } from "@widehead/core";

/** The fastest backend that runs here on real hardware, on one thread; the caller disposes it. */
export async function createBackend() {
  const { backend } = await pickBackend([blas, webGpu, wasm, mlMatrix]);
  return backend;
}
