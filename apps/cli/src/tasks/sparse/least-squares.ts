/** A problem of weighted least squares: outputs of inputs that stay what they are. */
export interface LeastSquares {
  readonly rows: number;
  readonly features: number;
  readonly batch: number;
  /** Weight of zeros, γ; 1 for squared error. */
  readonly zeroWeight: number;
}

/** 2ηγ·d/m: how much of a batch's own error a step takes back, where half diverges on unlucky batches. */
const ownShare = 1 / 3;
/** Σ ηγ over the steps of a run whose rate falls linearly, after which the slowest direction has arrived. */
const travel = 9;
const leastEpochs = 3;
/** Few features leave a batch's rows alike, which then pull together. */
const greatestRate = 0.05;
/** λ over the mean eigenvalue: what directions that few rows have need not follow at once. */
const damping = 0.03;

/** How second-order steps solve it. */
export function leastSquaresSteps({ rows, features, batch, zeroWeight }: LeastSquares): {
  readonly damping: number;
  readonly learningRate: number;
  readonly epochs: number;
} {
  const rate = Math.min(greatestRate, (ownShare * batch) / (2 * zeroWeight * features));
  const learningRate = Number(rate.toPrecision(2));
  const stepsPerEpoch = Math.ceil(rows / batch);
  return {
    damping,
    learningRate,
    epochs: Math.max(leastEpochs, Math.ceil(travel / (zeroWeight * learningRate * stepsPerEpoch))),
  };
}
