/// <reference types="node" />
import { type Dtype, WideheadError } from "@widehead/core";
import { type CompiledModule, findWebAssembly, type WebAssemblyApi } from "./webassembly.ts";

/** Literals, so that bundlers find the files. */
const files = {
  float32: new URL("../wasm/float32.wasm", import.meta.url),
  float64: new URL("../wasm/float64.wasm", import.meta.url),
  "float32-shared": new URL("../wasm/float32-shared.wasm", import.meta.url),
  "float64-shared": new URL("../wasm/float64-shared.wasm", import.meta.url),
} as const;

/** `(func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)`. */
const simdModule = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

/** Compiled code is shared by all instances: it holds no numbers, and what the engine has optimised stays so. */
const modules = new Map<keyof typeof files, Promise<CompiledModule>>();

/** The kernels for this type, compiled, for plain or shared memory. Throws ERR_BACKEND_UNAVAILABLE with a reason. */
export async function loadKernels(dtype: Dtype, shared: boolean): Promise<CompiledModule> {
  const name = shared ? (`${dtype}-shared` as const) : dtype;
  const module = modules.get(name) ?? compile(files[name]);
  modules.set(name, module);
  try {
    return await module;
  } catch (error) {
    modules.delete(name);
    throw error;
  }
}

/** Throws ERR_BACKEND_UNAVAILABLE, with the reason in its details, where there is no WebAssembly with SIMD. */
export function requireSimd(): WebAssemblyApi {
  const api = findWebAssembly();
  if (api === undefined) throw unavailable("WebAssembly is not available here");
  if (!api.validate(simdModule)) throw unavailable("WebAssembly has no SIMD instructions here");
  return api;
}

async function compile(file: URL): Promise<CompiledModule> {
  const api = requireSimd();
  try {
    return await api.compile(file.protocol === "file:" ? await readLocal(file) : await fetchBytes(file));
  } catch (error) {
    throw unavailable(`${file.href} cannot be loaded: ${error instanceof Error ? error.message : error}`, error);
  }
}

async function readLocal(file: URL): Promise<Uint8Array> {
  return process.getBuiltinModule("node:fs").promises.readFile(file);
}

async function fetchBytes(file: URL): Promise<ArrayBuffer> {
  const response = await fetch(file);
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return response.arrayBuffer();
}

function unavailable(reason: string, cause?: unknown): WideheadError {
  const message = `the SIMD kernels must be able to run here, but ${reason}`;
  return new WideheadError("ERR_BACKEND_UNAVAILABLE", message, { reason }, { cause });
}
