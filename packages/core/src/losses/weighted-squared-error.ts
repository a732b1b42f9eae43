import type { SphericalLoss } from "../contract/index.ts";
import { lossOption } from "./errors.ts";

/**
 * Squared error with one weight γ for all outputs whose target is zero, and a weight cₖ for each target:
 * implicit feedback, where a zero is weak evidence.
 *
 * L = γq + Σ [cₖ(oₖ − yₖ)² − γoₖ²]
 *
 * @param options.zeroWeight  γ ≥ 0, 0.1 unless told; cₖ are the targets' `positiveWeights`
 * @throws WideheadError ERR_OPTION
 * @see Hu, Koren & Volinsky 2008, eq. 3, with confidence γ on zeros
 */
export function weightedSquaredError(options: { readonly zeroWeight?: number } = {}): SphericalLoss {
  const name = "weighted-squared";
  const zeroWeight = lossOption(name, "zero-weight", options.zeroWeight ?? 0.1, { atLeast: 0 });
  return {
    family: "spherical",
    name,
    options: { "zero-weight": zeroWeight },
    constantSlopes: true,
    centredGradient: false,
    targets: "any",
    evaluate(input, result) {
      let value = zeroWeight * (input.squaredDeviation + input.sum ** 2 / input.outputCount);
      for (let k = input.begin; k < input.end; k += 1) {
        const o = input.outputs[k];
        const weight = input.positiveWeights === undefined ? 1 : input.positiveWeights[k];
        const difference = o - input.values[k];
        value += weight * difference ** 2 - zeroWeight * o ** 2;
        input.outputSlopes[k] = 2 * (weight * difference - zeroWeight * o);
      }
      result.value = Math.max(0, value);
      result.squaresSlope = zeroWeight;
      result.sumSlope = 0;
    },
  };
}
