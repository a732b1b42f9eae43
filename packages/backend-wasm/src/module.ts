import {
  type Backend,
  type BackendModule,
  type BackendOptions,
  type Capabilities,
  type Dtype,
  resolveBackendOptions,
  WideheadError,
} from "@widehead/core";
import { createEngine, SimdBackend, type SimdDescription, whyNoSimd } from "@widehead/wasm-kernels";
import { createThreaded } from "./backend.ts";
import { availableCores, whyNoThreads } from "./threads/host.ts";

const name = "wasm";
const kernel = "WASM SIMD (AssemblyScript 2×16)";

/** Threads share memory in Node, and in browsers on pages that are cross-origin isolated. */
const supports: Capabilities = Object.freeze({
  float32: true,
  float64: true,
  threads: whyNoThreads() === undefined,
  deterministic: true,
});

const description: SimdDescription = { name, kernel, supports };

export interface WasmOptions extends BackendOptions {
  /** How large the memory of the backend may become, in bytes, from 1 MiB to 4 GiB; 4 GiB unless told. */
  readonly maximumBytes?: number;
}

export interface WasmModule extends BackendModule {
  /** As {@link BackendModule.create}, with float32 unless told. */
  create(options?: WasmOptions): Promise<Backend>;
}

/** SIMD kernels in WebAssembly, on one thread or on worker threads, in Node and in browsers; float32 unless told. */
export const wasm: WasmModule = Object.freeze<WasmModule>({
  name,
  supports,
  probe: async () => {
    const reason = await whyNoSimd("float32");
    return reason === undefined ? { available: true, kernel, software: false } : { available: false, reason };
  },
  create: async ({ maximumBytes, ...options } = {}) => {
    const { dtype, threads } = resolveOptions(options);
    const engine = await createEngine({ dtype, ...(maximumBytes !== undefined && { maximumBytes }) });
    if (threads === 1) return new SimdBackend(engine, description);
    if (!engine.shared) throw noThreads(threads, "the host refuses shared memory");
    return createThreaded(engine, description, threads);
  },
});

function resolveOptions({ dtype = "float32", threads = 1 }: BackendOptions): { dtype: Dtype; threads: number } {
  const reason = whyNoThreads();
  if (reason !== undefined && threads > 1 && Number.isInteger(threads)) throw noThreads(threads, reason);
  const resolved = resolveBackendOptions({ name, supports }, { dtype, threads });
  const cores = availableCores();
  if (threads <= cores) return resolved;
  throw new WideheadError(
    "ERR_OPTION",
    `create: threads of backend "${name}" must be at most the ${cores} cores that this process may use, got ${threads}`,
    { backend: name, argument: "threads", expected: cores, actual: threads },
  );
}

function noThreads(threads: number, reason: string): WideheadError {
  const message = `create: backend "${name}" cannot do threads ${threads}, because ${reason}`;
  const details = { backend: name, flag: "threads", argument: "threads", actual: threads, reason };
  return new WideheadError("ERR_UNSUPPORTED", message, details);
}
