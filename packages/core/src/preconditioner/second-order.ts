import type { PreconditionerFactory } from "../contract/index.ts";
import { Curvature, type CurvatureOptions, type FormInverse } from "./curvature.ts";
import { checkCurvatureOptions } from "./options.ts";

/**
 * Second-order steps: C = (E[hhᵀ] + λI)⁻¹, a Newton step for squared error (recursive least squares for all D outputs at
 * once) and a K-FAC-like one for the other losses. 2md² a step, d³ when C is refreshed.
 *
 * Rates are those of a Newton step: squared error diverges where η·a·λ_max(ĤHᵀ) passes 2, which the layer refuses before
 * the step; ½ is safe. Where all directions learn at one rate, U hardly needs refactoring.
 *
 * @param options.damping  0.05 unless told
 * @throws WideheadError ERR_OPTION
 */
export function secondOrder(options: Partial<CurvatureOptions> = {}): PreconditionerFactory {
  const checked = checkCurvatureOptions("second-order", { damping: 0.05, ...options });
  return {
    name: "second-order",
    options: { ...checked },
    create: (backend, features) => new Curvature(backend, features, checked, formFull),
  };
}

const formFull: FormInverse = async (backend, buffers, moment, damping, inverse) => {
  const d = moment.rows;
  const damped = buffers.get("damped", d, d);
  backend.combine(damped, [{ matrix: moment }, { matrix: buffers.identity(d), factor: damping }]);
  const solution = buffers.get("solution", d, d);
  const status = buffers.get("status", 1, 1);
  backend.luSolve(damped, buffers.identity(d), solution, status);
  const [[failed]] = await backend.readMany([status]);
  if (failed !== 0) return false;
  // Symmetric to the last bit, as the solution is only to rounding.
  backend.combine(solution, [{ matrix: solution, factor: 0.5 }]);
  backend.addTranspose(solution, inverse);
  return true;
};
