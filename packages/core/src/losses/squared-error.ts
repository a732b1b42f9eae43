import type { LossInput, LossResult, SphericalLoss } from "../contract/index.ts";

/**
 * Squared error, in squared target units, not halved.
 *
 * L = ‖o − y‖² = q − 2 Σ yₖoₖ + Σ yₖ²
 *
 * @remarks Cancels when the fit is good: the absolute error is about u·‖W‖²‖h‖², and the value is clamped at 0.
 * @see Vincent et al. 2015, §3.2
 */
export function squaredError(): SphericalLoss {
  return {
    family: "spherical",
    name: "squared",
    options: {},
    constantSlopes: true,
    centredGradient: false,
    targets: "any",
    evaluate,
  };
}

function evaluate(input: LossInput, result: LossResult): void {
  let value = input.squaredDeviation + input.sum ** 2 / input.outputCount;
  for (let k = input.begin; k < input.end; k += 1) {
    const y = input.values[k];
    value += y * (y - 2 * input.outputs[k]);
    input.outputSlopes[k] = -2 * y;
  }
  result.value = Math.max(0, value);
  result.squaresSlope = 1;
  result.sumSlope = 0;
}
