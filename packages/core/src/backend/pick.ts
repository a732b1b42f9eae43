import type { Backend, BackendModule, BackendOptions } from "../contract/index.ts";
import { isWideheadError, WideheadError } from "../errors.ts";

/** A backend that was passed over, and why. */
export interface PassedOver {
  readonly name: string;
  readonly reason: string;
}

export interface Picked {
  readonly module: BackendModule;
  readonly backend: Backend;
  /** What came before it in the order, with reasons. */
  readonly tried: readonly PassedOver[];
}

/**
 * Makes the first backend of the list that can run here on real hardware, by probing one after the other.
 *
 * Throws ERR_BACKEND_UNAVAILABLE with every reason in `details.tried` when there is none. The caller disposes the backend.
 */
export async function pickBackend(modules: readonly BackendModule[], options: BackendOptions = {}): Promise<Picked> {
  const tried: PassedOver[] = [];
  for (const module of modules) {
    const made = await make(module, options);
    if (typeof made !== "string") return { module, backend: made, tried };
    tried.push({ name: module.name, reason: made });
  }
  const reasons = tried.map(({ name, reason }) => `${name}: ${reason}`).join("; ");
  throw new WideheadError(
    "ERR_BACKEND_UNAVAILABLE",
    `pickBackend: one of ${modules.length} backends must be available, got none (${reasons})`,
    { argument: "modules", tried },
  );
}

/** The backend, or the reason why there is none. */
async function make(module: BackendModule, options: BackendOptions): Promise<Backend | string> {
  const probe = await module.probe();
  if (!probe.available) return probe.reason;
  if (probe.software) return `${probe.kernel} is a software emulation`;
  try {
    return await module.create(options);
  } catch (error) {
    if (isWideheadError(error)) return error.message;
    throw error;
  }
}
