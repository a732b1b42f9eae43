import { blas } from "@widehead/backend-blas";
import { gpujs } from "@widehead/backend-gpujs";
import { mlMatrix } from "@widehead/backend-ml-matrix";
import { wasm } from "@widehead/backend-wasm";
import { webGpu } from "@widehead/backend-webgpu";
import { referenceModule } from "@widehead/conformance";
import { type Backend, type BackendModule, type BackendOptions, type Dtype, pickBackend } from "@widehead/core";
import { wrongValue } from "./grammar/kinds.ts";

/** The backends that `auto` tries, in this order: on a CPU the fastest first; emulations of a GPU are passed over. */
export const backendModules: readonly BackendModule[] = [blas, webGpu, wasm, gpujs, mlMatrix];

/** Those that run only when they are named, too. */
const namedModules: readonly BackendModule[] = [...backendModules, referenceModule];

/** The module of a name. Throws WideheadError ERR_OPTION. */
export function findBackend(name: string): BackendModule {
  const found = namedModules.find((module) => module.name === name);
  if (found !== undefined) return found;
  const names = ["auto", ...namedModules.map((module) => module.name)];
  throw wrongValue("--backend", `one of ${names.join(", ")}`, name);
}

export interface BackendChoice {
  readonly backend: string;
  readonly dtype?: Dtype | undefined;
  readonly threads?: number | undefined;
}

/** The backend that the options ask for; the caller disposes it. Throws ERR_OPTION, ERR_UNSUPPORTED, ERR_BACKEND_UNAVAILABLE. */
export async function createBackend({ backend, dtype, threads }: BackendChoice): Promise<Backend> {
  const options: BackendOptions = { ...(dtype && { dtype }), ...(threads && { threads }) };
  if (backend === "auto") return (await pickBackend(backendModules, options)).backend;
  return findBackend(backend).create(options);
}
