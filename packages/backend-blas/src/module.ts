import { availableParallelism } from "node:os";
import { env, platform } from "node:process";
import { type BackendModule, type BackendOptions, resolveBackendOptions, WideheadError } from "@widehead/core";
import { whyNoSimd } from "@widehead/wasm-kernels";
import { createBackend, name, supports } from "./backend.ts";
import { type Found, findLibrary, type Host } from "./library/find.ts";
import { loadKoffi } from "./library/native.ts";
import type { Library } from "./library/open.ts";
import { useThreads } from "./threads.ts";

export interface BlasOptions {
  /** Path or file name of the shared library; else WIDEHEAD_BLAS, else the platform's are searched. */
  readonly library?: string;
}

const thisMachine: Host = {
  platform,
  environment: env,
  cores: availableParallelism(),
  loadForeign: loadKoffi,
};

/**
 * A backend module on the library of that path, or on the first that is found. Nothing is loaded before `probe` or
 * `create`, and a library only once.
 */
export function createBlas(options: BlasOptions = {}): BackendModule {
  return createBlasOn(thisMachine, options);
}

/** The system's BLAS and LAPACK, float32 unless told. */
export const blas: BackendModule = createBlas();

export function createBlasOn(host: Host, { library }: BlasOptions = {}): BackendModule {
  let found: Promise<Found> | undefined;
  const find = (): Promise<Found> => {
    found ??= findAll(library, host);
    return found;
  };
  return Object.freeze<BackendModule>({
    name,
    supports,
    async probe() {
      const result = await find();
      if ("reason" in result) return { available: false, reason: result.reason };
      return { available: true, kernel: result.library.kernel, software: false };
    },
    async create(options = {}) {
      const { dtype, threads } = resolveOptions(options, host.cores);
      const result = await find();
      if ("reason" in result) throw unavailable(result.reason);
      checkThreads(result.library, threads);
      return createBackend(result.library, dtype, threads);
    },
  });
}

/** The library, where the kernels that BLAS does not have can run as well. */
async function findAll(path: string | undefined, host: Host): Promise<Found> {
  const noSimd = await whyNoSimd("float32");
  return noSimd === undefined ? findLibrary(path, host) : { reason: noSimd };
}

function resolveOptions({ dtype = "float32", threads = 1 }: BackendOptions, cores: number): Required<BackendOptions> {
  const resolved = resolveBackendOptions({ name, supports }, { dtype, threads });
  if (threads <= cores) return resolved;
  throw new WideheadError(
    "ERR_OPTION",
    `create: threads of backend "${name}" must be at most the ${cores} cores that this process may use, got ${threads}`,
    { backend: name, argument: "threads", expected: cores, actual: threads },
  );
}

/** Throws ERR_UNSUPPORTED where the library does not take the number of threads. */
function checkThreads({ kernel, threads: control }: Library, threads: number): void {
  if (control !== undefined) useThreads(control, threads);
  const taken = control === undefined ? 1 : control.get();
  if (taken === threads) return;
  throw new WideheadError(
    "ERR_UNSUPPORTED",
    `create: backend "${name}" cannot do threads ${threads}, because ${kernel} can be set to ${taken} only`,
    { backend: name, flag: "threads", argument: "threads", actual: threads, kernel },
  );
}

function unavailable(reason: string): WideheadError {
  return new WideheadError("ERR_BACKEND_UNAVAILABLE", `create: backend "${name}" must be available, but ${reason}`, {
    backend: name,
    reason,
  });
}
