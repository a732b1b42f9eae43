export type ActivationName = "tanh" | "relu";

/** An element-wise function whose slope follows from its own output, so that inputs need not be kept. */
export interface Activation {
  apply(input: number): number;
  /** The derivative where the output is this. */
  slope(output: number): number;
  /** g of the first weights' variance g²/inputs that keeps the spread of activations from layer to layer [He 2015]. */
  readonly gain: number;
}

export const activations: Readonly<Record<ActivationName, Activation>> = {
  tanh: { apply: Math.tanh, slope: (output) => 1 - output * output, gain: 1 },
  relu: { apply: (input) => Math.max(input, 0), slope: (output) => (output > 0 ? 1 : 0), gain: Math.SQRT2 },
};
