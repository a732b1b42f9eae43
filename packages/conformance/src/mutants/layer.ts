import { callMutants } from "./calls.ts";
import { defectMutants } from "./defects.ts";
import { gradientMutants } from "./gradient.ts";
import type { LayerMutant } from "./mutant.ts";
import { rowMutants } from "./rows.ts";
import { secondOrderMutants } from "./second-order.ts";
import { updateMutants } from "./update.ts";

/** Layers with one defect each. */
export const layerMutants: readonly LayerMutant[] = [
  ...gradientMutants,
  ...updateMutants,
  ...rowMutants,
  ...callMutants,
  ...secondOrderMutants,
  ...defectMutants,
];
