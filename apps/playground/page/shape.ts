import { type SphericalLoss, sphericalSoftmax, squaredError, taylorSoftmax, zLoss } from "@widehead/core";

/** Of the model: small enough for a GPU that is emulated on the CPU. */
export const seed = 1;
export const context = 4;
export const embedding = 24;
/** Width of the hidden layer: d without the constant that serves as bias. */
export const features = 64;
export const batchSize = 32;

/** Rates rise during so many steps. */
export const warmUpSteps = 20;
export const bodyLearningRate = 4e-3;

export interface LossChoice {
  readonly label: string;
  readonly loss: SphericalLoss;
  /** Of the output layer. */
  readonly learningRate: number;
  /** Every output at first. */
  readonly bias: number;
}

export const losses: Readonly<Record<string, LossChoice>> = {
  // Its gradient vanishes at 0.
  spherical: {
    label: "spherical softmax",
    loss: sphericalSoftmax({ epsilon: 0.1 }),
    learningRate: 6,
    bias: 0.3,
  },
  taylor: { label: "Taylor softmax", loss: taylorSoftmax(), learningRate: 30, bias: 0 },
  z: { label: "Z-loss", loss: zLoss(), learningRate: 30, bias: 0 },
  squared: { label: "squared error", loss: squaredError(), learningRate: 0.4, bias: 0 },
};
