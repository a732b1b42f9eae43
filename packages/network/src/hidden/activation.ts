export type ActivationName = "tanh" | "relu" | "gelu" | "linear";

/** g of the first weights' variance g²/inputs that keeps the spread of activations from layer to layer [He 2015]. */
export const activationGains: Readonly<Record<ActivationName, number>> = {
  tanh: 1,
  relu: Math.SQRT2,
  gelu: Math.SQRT2,
  linear: 1,
};

export const activationNames: readonly ActivationName[] = Object.keys(activationGains) as ActivationName[];
