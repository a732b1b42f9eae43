import type { LossInput, LossResult, SphericalLoss } from "../contract/index.ts";
import { isDrowned, lossDomainError } from "./errors.ts";

/**
 * Cosine distance between outputs and target, in 0 … 2.
 *
 * L = 1 − Σ yₖoₖ / (‖y‖ √q)
 *
 * @remarks Undefined for a zero target and for a zero output: such examples raise ERR_LOSS_DOMAIN.
 */
export function cosineDistance(): SphericalLoss {
  return {
    family: "spherical",
    name,
    options: {},
    constantSlopes: false,
    centredGradient: false,
    targets: "any",
    evaluate,
  };
}

const name = "cosine";

function evaluate(input: LossInput, result: LossResult): void {
  const squares = input.squaredDeviation + input.sum ** 2 / input.outputCount;
  let dot = 0;
  let targetSquares = 0;
  for (let k = input.begin; k < input.end; k += 1) {
    dot += input.values[k] * input.outputs[k];
    targetSquares += input.values[k] ** 2;
  }
  if (targetSquares === 0)
    throw lossDomainError({ name }, input.example, "needs a target that is not zero", { targetSquares });
  if (isDrowned(squares, input.noise))
    throw lossDomainError({ name }, input.example, `q = ${squares} must stand out of its noise of ${input.noise}`, {
      squares,
      noise: input.noise,
    });
  const norms = Math.sqrt(targetSquares) * Math.sqrt(squares);
  const cosine = dot / norms;
  result.value = 1 - cosine;
  result.squaresSlope = cosine / (2 * squares);
  result.sumSlope = 0;
  for (let k = input.begin; k < input.end; k += 1) input.outputSlopes[k] = -input.values[k] / norms;
}
