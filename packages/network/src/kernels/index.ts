import { activate, activateBackward } from "./activations.ts";
import type { BodyKernels } from "./kernels.ts";
import { normalize, normalizeBackward } from "./normalize.ts";
import { adagrad, adam, momentum, sgd } from "./optimizers.ts";

export type { AdamConstants, BodyKernels, RowUpdate } from "./kernels.ts";

/** The body's element-wise arithmetic in plain loops. */
export const hostKernels: BodyKernels = {
  activate,
  activateBackward,
  normalize,
  normalizeBackward,
  sgd,
  momentum,
  adagrad,
  adam,
};
