import type { Likelihood, LossInput, LossResult, SphericalLoss } from "../contract/index.ts";
import { isDrowned, lossDomainError } from "./errors.ts";

/**
 * Negative log-likelihood of the Taylor softmax, in nats; n = Σ yₖ, targets are counts or probabilities.
 *
 * L = −Σ yₖ log p(k),  p(k) = (1 + oₖ + oₖ²/2) / (D + s + q/2)
 *
 * @see de Brébisson & Vincent 2016 (arXiv 1511.05042), eq. 5
 */
export function taylorSoftmax(): SphericalLoss {
  return {
    family: "spherical",
    name,
    options: {},
    constantSlopes: false,
    centredGradient: false,
    targets: "non-negative",
    likelihood,
    evaluate,
  };
}

const name = "taylor";

const likelihood: Likelihood = {
  mass: (output) => 1 + output + output ** 2 / 2,
  total: (squaredDeviation, sum, outputCount) =>
    outputCount + sum + Math.max(0, squaredDeviation + sum ** 2 / outputCount) / 2,
};

function evaluate(input: LossInput, result: LossResult): void {
  const total = likelihood.total(input.squaredDeviation, input.sum, input.outputCount);
  if (isDrowned(total, input.noise))
    throw lossDomainError(
      { name },
      input.example,
      `D + s + q/2 = ${total} must stand out of its noise of ${input.noise}`,
      {
        total,
        noise: input.noise,
      },
    );
  let value = 0;
  let count = 0;
  for (let k = input.begin; k < input.end; k += 1) {
    const y = input.values[k];
    const mass = likelihood.mass(input.outputs[k]);
    count += y;
    value += y * Math.log(total / mass);
    input.outputSlopes[k] = (-y * (1 + input.outputs[k])) / mass;
  }
  result.value = value;
  result.squaresSlope = count / 2 / total;
  result.sumSlope = count / total;
}
