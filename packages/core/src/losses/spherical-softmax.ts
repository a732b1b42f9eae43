import type { Likelihood, SphericalLoss } from "../contract/index.ts";
import { isDrowned, lossDomainError, lossOption } from "./errors.ts";

/**
 * Negative log-likelihood of the spherical softmax, in nats; n = Σ yₖ, targets are counts or probabilities.
 *
 * L = −Σ yₖ log p(k),  p(k) = (oₖ² + ε) / (q + Dε)
 *
 * @param options.epsilon  ε > 0, 0.01 unless told
 * @throws WideheadError ERR_OPTION
 * @remarks The gradient at oₖ = 0 is zero and the curvature 2/ε: start the outputs away from 0 by a common bias.
 * @see de Brébisson & Vincent 2016 (arXiv 1511.05042), eq. 3
 */
export function sphericalSoftmax(options: { readonly epsilon?: number } = {}): SphericalLoss {
  const name = "spherical";
  const epsilon = lossOption(name, "epsilon", options.epsilon ?? 0.01, { above: 0 });
  const likelihood: Likelihood = {
    mass: (output) => output ** 2 + epsilon,
    total: (squaredDeviation, sum, outputCount) =>
      Math.max(0, squaredDeviation + sum ** 2 / outputCount) + outputCount * epsilon,
  };
  const loss: SphericalLoss = {
    family: "spherical",
    name,
    options: { epsilon },
    constantSlopes: false,
    centredGradient: false,
    targets: "non-negative",
    likelihood,
    evaluate(input, result) {
      const total = likelihood.total(input.squaredDeviation, input.sum, input.outputCount);
      if (isDrowned(total, input.noise))
        throw lossDomainError(loss, input.example, `q + Dε = ${total} must stand out of its noise of ${input.noise}`, {
          total,
          noise: input.noise,
        });
      let value = 0;
      let count = 0;
      for (let k = input.begin; k < input.end; k += 1) {
        const y = input.values[k];
        const mass = likelihood.mass(input.outputs[k]);
        count += y;
        value += y * Math.log(total / mass);
        input.outputSlopes[k] = (-2 * y * input.outputs[k]) / mass;
      }
      result.value = value;
      result.squaresSlope = count / total;
      result.sumSlope = 0;
    },
  };
  return loss;
}
