import type { LossInput, SphericalLoss } from "../contract/index.ts";
import { isDrowned, lossDomainError, lossOption } from "./errors.ts";

/** Below this share of μ², σ² is what round-off left of it. */
const smallestSpread = 1e-6;

/**
 * Z-loss: how far the target's output stands above the mean of the outputs, in standard deviations.
 *
 * L = (y/α) softplus(α(β − z)),  z = (o_c − μ)/σ,  μ = s/D,  σ² = q/D − μ²
 *
 * Each example has exactly one positive target c; its value y weighs the example, as a count does in a softmax.
 *
 * @param options.alpha  α > 0, 0.1 unless told: how sharply the loss turns at β
 * @param options.beta  β, 5 unless told: the z beyond which little is gained
 * @throws WideheadError ERR_OPTION
 * @see de Brébisson & Vincent 2016 (arXiv 1604.08859), eq. 3
 */
export function zLoss(options: { readonly alpha?: number; readonly beta?: number } = {}): SphericalLoss {
  const name = "z";
  const alpha = lossOption(name, "alpha", options.alpha ?? 0.1, { above: 0 });
  const beta = lossOption(name, "beta", options.beta ?? 5);
  const loss: SphericalLoss = {
    family: "spherical",
    name,
    options: { alpha, beta },
    constantSlopes: false,
    centredGradient: true,
    targets: "non-negative",
    evaluate(input, result) {
      const target = singleTarget(loss, input);
      const variance = checkedVariance(loss, input);
      const weight = input.values[target];
      const mean = input.sum / input.outputCount;
      const deviation = Math.sqrt(variance);
      const z = (input.outputs[target] - mean) / deviation;
      const slope = -weight * sigmoid(alpha * (beta - z));
      result.value = (weight / alpha) * softplus(alpha * (beta - z));
      result.squaresSlope = (-slope * z) / (2 * input.outputCount * variance);
      result.sumSlope = (slope / input.outputCount) * ((z * mean) / variance - 1 / deviation);
      input.outputSlopes.fill(0, input.begin, input.end);
      input.outputSlopes[target] = slope / deviation;
    },
  };
  return loss;
}

function singleTarget(loss: SphericalLoss, input: LossInput): number {
  let target = -1;
  let count = 0;
  for (let k = input.begin; k < input.end; k += 1) {
    if (input.values[k] === 0) continue;
    target = k;
    count += 1;
  }
  if (count !== 1)
    throw lossDomainError(loss, input.example, `needs exactly one non-zero target, got ${count}`, { targets: count });
  return target;
}

function checkedVariance(loss: SphericalLoss, input: LossInput): number {
  const variance = input.squaredDeviation / input.outputCount;
  const squaredMean = (input.sum / input.outputCount) ** 2;
  if (isDrowned(input.squaredDeviation, input.noise) || variance <= smallestSpread * squaredMean)
    throw lossDomainError(
      loss,
      input.example,
      `the outputs are all equal to within round-off: variance ${variance} about the mean square ${squaredMean}, noise ${input.noise / input.outputCount}`,
      { variance, squaredMean, noise: input.noise },
    );
  return variance;
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  const decayed = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : decayed) / (1 + decayed);
}
