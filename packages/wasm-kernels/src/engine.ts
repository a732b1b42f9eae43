import { type Dtype, WideheadError } from "@widehead/core";
import { Arena, type GrowableMemory } from "./arena.ts";
import type { SimdKernels } from "./kernels.ts";
import { loadKernels, requireSimd } from "./load.ts";
import type { CompiledModule, WebAssemblyApi } from "./webassembly.ts";

/** Kernels of one element type over one memory. */
export interface SimdEngine {
  readonly dtype: Dtype;
  readonly arena: Arena;
  readonly kernels: SimdKernels;
  /** The same in float64, over the same memory. */
  readonly float64Kernels: SimdKernels;
  /** Views of the memory stay valid when it grows, and workers may share it. */
  readonly shared: boolean;
  readonly memory: GrowableMemory;
  /** What `kernels` and `float64Kernels` are instances of, for workers that make their own over the memory. */
  readonly modules: readonly [CompiledModule, CompiledModule];
}

export interface SimdEngineOptions {
  readonly dtype: Dtype;
  /** How large the memory may become, in bytes, from 1 MiB to 4 GiB; 4 GiB unless told. */
  readonly maximumBytes?: number;
}

const PAGE = 65536;
const MINIMUM_BYTES = 2 ** 20;
const MAXIMUM_BYTES = 2 ** 32;

/**
 * Kernels with a memory of their own, a shared one where the host allows it.
 *
 * Throws ERR_BACKEND_UNAVAILABLE with the reason that {@link whyNoSimd} tells, ERR_OPTION, and ERR_MEMORY where there is
 * no room for another memory.
 */
export async function createEngine({ dtype, maximumBytes = MAXIMUM_BYTES }: SimdEngineOptions): Promise<SimdEngine> {
  if (!(maximumBytes >= MINIMUM_BYTES && maximumBytes <= MAXIMUM_BYTES)) {
    const expected = [MINIMUM_BYTES, MAXIMUM_BYTES];
    const message = `create: maximumBytes must lie between ${MINIMUM_BYTES} and ${MAXIMUM_BYTES}, got ${maximumBytes}`;
    throw new WideheadError("ERR_OPTION", message, { argument: "maximumBytes", expected, actual: maximumBytes });
  }
  const api = requireSimd();
  const { memory, shared } = makeMemory(api, Math.floor(maximumBytes / PAGE));
  const modules = await Promise.all([loadKernels(dtype, shared), loadKernels("float64", shared)]);
  const kernels = await instantiate(api, modules[0], memory);
  const float64Kernels = dtype === "float64" ? kernels : await instantiate(api, modules[1], memory);
  const arena = new Arena(memory, { base: kernels.heapBase(), maximumBytes });
  return { dtype, arena, kernels, float64Kernels, shared, memory, modules };
}

/** Why an engine of this type cannot be made here, or undefined where it can. Never throws. */
export async function whyNoSimd(dtype: Dtype): Promise<string | undefined> {
  try {
    await createEngine({ dtype, maximumBytes: MINIMUM_BYTES });
    return undefined;
  } catch (error) {
    return error instanceof WideheadError ? String(error.details.reason ?? error.message) : String(error);
  }
}

async function instantiate(api: WebAssemblyApi, module: CompiledModule, memory: GrowableMemory): Promise<SimdKernels> {
  const { exports } = await api.instantiate(module, { env: { memory } });
  return exports as SimdKernels;
}

/** Some browsers refuse shared memory on pages that are not isolated. */
function makeMemory(
  { Memory }: WebAssemblyApi,
  maximum: number,
): { readonly memory: GrowableMemory; readonly shared: boolean } {
  try {
    return { memory: new Memory({ initial: 1, maximum, shared: true }), shared: true };
  } catch {
    try {
      return { memory: new Memory({ initial: 1, maximum }), shared: false };
    } catch (cause) {
      const message = `create: a WebAssembly memory must be made, but the host refuses: ${String(cause)}`;
      throw new WideheadError("ERR_MEMORY", message, { op: "create", needed: PAGE }, { cause });
    }
  }
}
