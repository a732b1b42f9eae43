import {
  type Backend,
  type BackendModule,
  type BackendOptions,
  type Capabilities,
  resolveBackendOptions,
} from "@widehead/core";
import { createEngine, SimdBackend, whyNoSimd } from "@widehead/wasm-kernels";

const kernel = "WASM SIMD (AssemblyScript 2×16)";

const supports: Capabilities = Object.freeze({ float32: true, float64: true, threads: false, deterministic: true });

export interface WasmOptions extends BackendOptions {
  /** How large the memory of the backend may become, in bytes, from 1 MiB to 4 GiB; 4 GiB unless told. */
  readonly maximumBytes?: number;
}

export interface WasmModule extends BackendModule {
  /** As {@link BackendModule.create}, with float32 unless told. */
  create(options?: WasmOptions): Promise<Backend>;
}

/** SIMD kernels in WebAssembly: float32, unless told, or float64, on one thread, in Node and in browsers. */
export const wasm: WasmModule = Object.freeze<WasmModule>({
  name: "wasm",
  supports,
  probe: async () => {
    const reason = await whyNoSimd("float32");
    return reason === undefined ? { available: true, kernel, software: false } : { available: false, reason };
  },
  create: async ({ dtype = "float32", maximumBytes, ...rest } = {}) => {
    resolveBackendOptions(wasm, { dtype, ...rest });
    const engine = await createEngine({ dtype, ...(maximumBytes !== undefined && { maximumBytes }) });
    return new SimdBackend(engine, { name: "wasm", kernel, supports });
  },
});
