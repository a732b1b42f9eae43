import { type BackendModule, resolveBackendOptions, WideheadError } from "@widehead/core";
import { describeAdapter, findAdapter, isSoftware, requestDevice } from "./adapter.ts";
import { supports, WebGpuBackend } from "./backend.ts";

/** WGSL on a GPU, in float32: through the browser's navigator.gpu, or in Node through the package `webgpu`. */
export const webGpu: BackendModule = Object.freeze<BackendModule>({
  name: "webgpu",
  supports,
  probe: async () => {
    const adapter = await findAdapter();
    if (typeof adapter === "string") return { available: false, reason: adapter };
    return { available: true, kernel: describeAdapter(adapter), software: isSoftware(adapter) };
  },
  create: async (options) => {
    resolveBackendOptions(webGpu, options);
    const adapter = await findAdapter();
    if (typeof adapter === "string") throw unavailable(adapter);
    const device = await requestDevice(adapter).catch((cause: unknown) => {
      throw unavailable("the adapter gave no device", cause);
    });
    return new WebGpuBackend(device, describeAdapter(adapter));
  },
});

function unavailable(reason: string, cause?: unknown): WideheadError {
  const message = `create: backend "webgpu" must be available: ${reason}`;
  return new WideheadError("ERR_BACKEND_UNAVAILABLE", message, { backend: "webgpu", reason }, { cause });
}
