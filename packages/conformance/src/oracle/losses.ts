import type { Loss } from "@widehead/core";

/** An example with all D outputs and all D targets in the open. */
export interface ExplicitExample {
  /** o [D]. */
  readonly outputs: Float64Array;
  /** y [D]. */
  readonly targets: Float64Array;
  /** Weight of each output's error: cₖ where the target names k, NaN elsewhere. */
  readonly weights: Float64Array;
}

export interface ExplicitValue {
  /** L. */
  readonly value: number;
  /** a in ∂L/∂o = a·o + a constant + the targets' entries: how strongly round-off in o enters L and its gradient. */
  readonly curvature: number;
}

/** Writes ∂L/∂o [D] and returns L. */
export type ExplicitLoss = (example: ExplicitExample, gradient: Float64Array) => ExplicitValue;

/** The loss as its definition over all the outputs has it, O(D): nothing here knows of q, s, or sparse targets. */
export function explicitLoss(loss: Loss): ExplicitLoss {
  const { epsilon, alpha, beta } = loss.options;
  switch (loss.name) {
    case "squared":
      return weightedSquares(1, () => 1);
    case "weighted-squared":
      return weightedSquares(loss.options["zero-weight"], (weight) => weight);
    case "spherical":
      return negativeLogLikelihood(
        (o) => o * o + epsilon,
        (o) => 2 * o,
        2,
      );
    case "taylor":
      return negativeLogLikelihood(
        (o) => 1 + o + (o * o) / 2,
        (o) => 1 + o,
        1,
      );
    case "softmax":
      return negativeLogLikelihood(Math.exp, Math.exp, 0);
    case "z":
      return zScore(alpha, beta);
    case "cosine":
      return cosine;
    default:
      throw new TypeError(`the oracle has no definition of the loss ${loss.name}`);
  }
}

/** L = Σᵢ wᵢ (oᵢ − yᵢ)² */
function weightedSquares(zeroWeight: number, targetWeight: (weight: number) => number): ExplicitLoss {
  return ({ outputs, targets, weights }, gradient) => {
    let value = 0;
    for (let i = 0; i < outputs.length; i += 1) {
      const weight = Number.isNaN(weights[i]) ? zeroWeight : targetWeight(weights[i]);
      const difference = outputs[i] - targets[i];
      value += weight * difference ** 2;
      gradient[i] = 2 * weight * difference;
    }
    return { value, curvature: 2 * zeroWeight };
  };
}

/** L = −Σᵢ yᵢ log pᵢ,  pᵢ = mass(oᵢ) / Σₗ mass(oₗ);  massSlope(o) is the derivative, massCurvature its factor of o. */
function negativeLogLikelihood(
  mass: (o: number) => number,
  massSlope: (o: number) => number,
  massCurvature: number,
): ExplicitLoss {
  return ({ outputs, targets }, gradient) => {
    const masses = outputs.map(mass);
    const total = sum(masses);
    const count = sum(targets);
    let value = 0;
    for (let i = 0; i < outputs.length; i += 1) {
      value -= targets[i] * Math.log(masses[i] / total);
      gradient[i] = massSlope(outputs[i]) * (count / total - targets[i] / masses[i]);
    }
    return { value, curvature: (massCurvature * count) / total };
  };
}

/** L = Σ_c (y_c/α) log(1 + exp(α(β − z_c))),  zᵢ = (oᵢ − μ)/σ, over the one c with y_c > 0 */
function zScore(alpha: number, beta: number): ExplicitLoss {
  return ({ outputs, targets }, gradient) => {
    const count = outputs.length;
    const mean = sum(outputs) / count;
    const scores = outputs.map((o) => o - mean);
    const deviation = Math.sqrt(sum(scores.map((difference) => difference ** 2)) / count);
    for (let i = 0; i < count; i += 1) scores[i] /= deviation;
    const c = targets.findIndex((y) => y > 0);
    const growth = Math.exp(alpha * (beta - scores[c]));
    const slope = (-targets[c] * growth) / (1 + growth);
    for (let i = 0; i < count; i += 1) {
      gradient[i] = (slope * ((i === c ? 1 : 0) - 1 / count - (scores[c] * scores[i]) / count)) / deviation;
    }
    return {
      value: (targets[c] / alpha) * Math.log(1 + growth),
      curvature: (-slope * scores[c]) / (count * deviation ** 2),
    };
  };
}

/** L = 1 − o·y / (‖o‖‖y‖) */
const cosine: ExplicitLoss = ({ outputs, targets }, gradient) => {
  const outputNorm = Math.sqrt(sum(outputs.map((o) => o * o)));
  const targetNorm = Math.sqrt(sum(targets.map((y) => y * y)));
  const similarity = sum(outputs.map((o, i) => o * targets[i])) / (outputNorm * targetNorm);
  for (let i = 0; i < outputs.length; i += 1) {
    gradient[i] = (similarity * outputs[i]) / outputNorm ** 2 - targets[i] / (outputNorm * targetNorm);
  }
  return { value: 1 - similarity, curvature: similarity / outputNorm ** 2 };
};

function sum(numbers: Float64Array): number {
  return numbers.reduce((total, number) => total + number, 0);
}
