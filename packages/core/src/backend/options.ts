import type { BackendModule, BackendOptions, Dtype } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";

/**
 * What a backend module's `create` was asked for, in full: the first type that it supports and one thread unless told.
 *
 * Throws ERR_OPTION for values outside their range, ERR_UNSUPPORTED for those that the manifest does not promise.
 */
export function resolveBackendOptions(
  { name, supports }: Pick<BackendModule, "name" | "supports">,
  options: BackendOptions = {},
): Required<BackendOptions> {
  const { dtype = supports.float64 ? "float64" : "float32", threads = 1 } = options;
  if (!isDtype(dtype)) throw wrongOption(name, "dtype", '"float32" or "float64"', dtype);
  if (!Number.isInteger(threads) || threads < 1)
    throw wrongOption(name, "threads", "an integer of at least 1", threads);
  if (!supports[dtype]) throw unsupported(name, dtype, "dtype", dtype);
  if (threads > 1 && !supports.threads) throw unsupported(name, "threads", "threads", threads);
  return { dtype, threads };
}

function isDtype(value: unknown): value is Dtype {
  return value === "float32" || value === "float64";
}

function wrongOption(backend: string, argument: string, expected: string, actual: unknown): WideheadError {
  const message = `create: ${argument} of backend "${backend}" must be ${expected}, got ${String(actual)}`;
  return new WideheadError("ERR_OPTION", message, { backend, argument, expected, actual });
}

function unsupported(backend: string, flag: string, argument: string, actual: unknown): WideheadError {
  const message = `create: backend "${backend}" cannot do ${argument} ${actual}, because its supports.${flag} is false`;
  return new WideheadError("ERR_UNSUPPORTED", message, { backend, flag, argument, actual });
}
