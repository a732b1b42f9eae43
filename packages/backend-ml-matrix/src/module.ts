import { type BackendModule, resolveBackendOptions } from "@widehead/core";
import { kernel, MlMatrixBackend, supports } from "./backend.ts";

/** The portable backend: float64 on one thread, wherever JavaScript runs. */
export const mlMatrix: BackendModule = Object.freeze<BackendModule>({
  name: "ml-matrix",
  supports,
  probe: async () => ({ available: true, kernel, software: false }),
  create: async (options) => {
    resolveBackendOptions(mlMatrix, options);
    return new MlMatrixBackend();
  },
});
