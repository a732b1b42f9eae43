import { blas } from "@widehead/backend-blas";
import { mlMatrix } from "@widehead/backend-ml-matrix";
import { wasm } from "@widehead/backend-wasm";

const modules = [blas, wasm, mlMatrix];

/** A backend by name, for scripts that look inside a step. */
export function createBackend(name, options) {
  const module = modules.find((candidate) => candidate.name === name);
  if (module === undefined) throw new Error(`one of ${modules.map((each) => each.name).join(", ")}, got ${name}`);
  return module.create(options);
}
