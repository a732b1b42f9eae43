import type { FloatArray } from "@widehead/core";
import type { ActivationName } from "../hidden/activation.ts";

/** outputs = f(sums). */
export function activate(activation: ActivationName, sums: FloatArray, outputs: FloatArray): void {
  if (activation === "linear") outputs.set(sums);
  else forward[activation](sums, outputs);
}

/** gradient ← gradient ∘ f′(sums), where outputs = f(sums). */
export function activateBackward(
  activation: ActivationName,
  sums: FloatArray,
  outputs: FloatArray,
  gradient: FloatArray,
): void {
  if (activation !== "linear") backward[activation](sums, outputs, gradient);
}

type Curved = Exclude<ActivationName, "linear">;

const forward: Record<Curved, (sums: FloatArray, outputs: FloatArray) => void> = {
  tanh(sums, outputs) {
    for (let i = 0; i < sums.length; i += 1) outputs[i] = Math.tanh(sums[i]);
  },
  relu(sums, outputs) {
    for (let i = 0; i < sums.length; i += 1) outputs[i] = Math.max(sums[i], 0);
  },
  gelu(sums, outputs) {
    for (let i = 0; i < sums.length; i += 1) outputs[i] = 0.5 * sums[i] * (1 + Math.tanh(geluArgument(sums[i])));
  },
};

const backward: Record<Curved, (sums: FloatArray, outputs: FloatArray, gradient: FloatArray) => void> = {
  tanh(_, outputs, gradient) {
    for (let i = 0; i < gradient.length; i += 1) gradient[i] *= 1 - outputs[i] * outputs[i];
  },
  relu(_, outputs, gradient) {
    for (let i = 0; i < gradient.length; i += 1) if (outputs[i] <= 0) gradient[i] = 0;
  },
  gelu(sums, _, gradient) {
    for (let i = 0; i < gradient.length; i += 1) {
      const x = sums[i];
      const t = Math.tanh(geluArgument(x));
      gradient[i] *= 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * geluScale * (1 + 3 * geluCubic * x * x);
    }
  },
};

/** GELU's tanh form ½x(1 + tanh(√(2/π)(x + 0.044715 x³))) [Hendrycks & Gimpel 2016, §2]: within 5e-4 of xΦ(x). */
const geluScale = Math.sqrt(2 / Math.PI);
const geluCubic = 0.044715;

function geluArgument(x: number): number {
  return geluScale * (x + geluCubic * x * x * x);
}
