import type { DenseLoss } from "../contract/index.ts";

/**
 * Negative log-likelihood of the softmax, in nats; targets are counts or probabilities. It needs every output,
 * so only the dense layer has it.
 *
 * L = −Σ yₖ log p(k),  p(k) = exp(oₖ) / Σᵢ exp(oᵢ)
 */
export function softmaxCrossEntropy(): DenseLoss {
  return { family: "dense", name: "softmax", options: {}, targets: "non-negative", likelihood: { mass: Math.exp } };
}
