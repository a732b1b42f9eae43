import { type BackendModule, resolveBackendOptions, WideheadError } from "@widehead/core";
import { describeAdapter, findAdapter, isSoftware, limitsOf, requestDevice } from "./adapter.ts";
import { supports, WebGpuBackend } from "./backend.ts";
import { keepIdle, takeIdle } from "./idle.ts";

/** WGSL on a GPU, in float32: through the browser's navigator.gpu, or in Node through the package `webgpu`. */
export const webGpu: BackendModule = Object.freeze<BackendModule>({
  name: "webgpu",
  supports,
  probe: async () => {
    const adapter = await findAdapter();
    if (typeof adapter === "string") return { available: false, reason: adapter };
    const [kernel, software, details] = [describeAdapter(adapter), isSoftware(adapter), limitsOf(adapter)];
    return { available: true, kernel, software, details };
  },
  create: async (options) => {
    resolveBackendOptions(webGpu, options);
    const { gpu, kernel } = takeIdle() ?? (await makeDevice());
    return new WebGpuBackend(gpu, kernel, () => keepIdle(gpu, kernel));
  },
});

async function makeDevice(): Promise<{ readonly gpu: GPUDevice; readonly kernel: string }> {
  const adapter = await findAdapter();
  if (typeof adapter === "string") throw unavailable(adapter);
  const gpu = await requestDevice(adapter).catch((cause: unknown) => {
    throw unavailable("the adapter gave no device", cause);
  });
  return { gpu, kernel: describeAdapter(adapter) };
}

function unavailable(reason: string, cause?: unknown): WideheadError {
  const message = `create: backend "webgpu" must be available: ${reason}`;
  return new WideheadError("ERR_BACKEND_UNAVAILABLE", message, { backend: "webgpu", reason }, { cause });
}
