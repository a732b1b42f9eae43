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
    for (let i = 0; i < sums.length; i += 1) outputs[i] = sums[i] * geluGate(sums[i]);
  },
};

const backward: Record<Curved, (sums: FloatArray, outputs: FloatArray, gradient: FloatArray) => void> = {
  tanh(_, outputs, gradient) {
    for (let i = 0; i < gradient.length; i += 1) gradient[i] *= 1 - outputs[i] * outputs[i];
  },
  relu(_, outputs, gradient) {
    for (let i = 0; i < gradient.length; i += 1) if (outputs[i] <= 0) gradient[i] = 0;
  },
  gelu(sums, outputs, gradient) {
    for (let i = 0; i < gradient.length; i += 1) {
      const x = sums[i];
      // The output holds the exponential, which costs more than the rest.
      const gate = x === 0 ? 0.5 : outputs[i] / x;
      gradient[i] *= gate + 2 * x * gate * (1 - gate) * geluScale * (1 + 3 * geluCubic * x * x);
    }
  },
};

/** GELU's tanh form ½x(1 + tanh(√(2/π)(x + 0.044715 x³))) [Hendrycks & Gimpel 2016, §2]: within 5e-4 of xΦ(x). */
const geluScale = Math.sqrt(2 / Math.PI);
const geluCubic = 0.044715;

/** ½(1 + tanh a) = 1/(1 + exp(−2a)). */
function geluGate(x: number): number {
  return 1 / (1 + Math.exp(-2 * geluScale * (x + geluCubic * x * x * x)));
}
