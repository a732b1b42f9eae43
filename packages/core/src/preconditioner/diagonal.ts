import type { PreconditionerFactory } from "../contract/index.ts";
import { Curvature, type CurvatureOptions, type FormInverse } from "./curvature.ts";
import { checkCurvatureOptions } from "./options.ts";

/**
 * A rate for each feature: C = diag(1 / (E[hⱼ²] + λ)). What {@link secondOrder} does where features are uncorrelated, and
 * steadier where there are too few examples to know their correlations. 2md² a step, d² when C is refreshed.
 *
 * @param options.damping  0.1 unless told
 * @throws WideheadError ERR_OPTION
 */
export function diagonal(options: Partial<CurvatureOptions> = {}): PreconditionerFactory {
  const checked = checkCurvatureOptions("diagonal", { damping: 0.1, ...options });
  return {
    name: "diagonal",
    options: { ...checked },
    create: (backend, features) => new Curvature(backend, features, checked, formDiagonal),
  };
}

const formDiagonal: FormInverse = async (backend, buffers, moment, damping, inverse) => {
  const d = moment.rows;
  const squares = buffers.get("squares", d, 1);
  backend.rowDots(moment, buffers.identity(d), squares);
  const [read] = await backend.readMany([squares]);
  const data = new Float64Array(d * d);
  for (let j = 0; j < d; j += 1) data[j * d + j] = 1 / (read[j] + damping);
  if (!data.every(Number.isFinite)) return false;
  backend.write(inverse, data);
  return true;
};
