import type { FloatArray, SparseTargets } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";

/** How far beyond its round-off noise a quantity may lie before it is drift. */
export const DRIFT_MARGIN = 1e3;

/** What a pass saw of a batch, before the loss judged it. */
export interface Seen {
  /** q_c = hᵀQ_c h [m]. */
  readonly deviation: FloatArray;
  /** s [m]. */
  readonly sums: Float64Array;
  /** oₖ at the target's non-zeros. */
  readonly outputsAt: Float64Array;
  /** Absolute round-off noise of q_c [m]. */
  readonly noise: FloatArray;
  readonly outputs: number;
}

/**
 * Spot checks of Q_c and w̄ against what must hold of any W, along the batch's own directions and for nothing: squares are
 * not negative, and no fewer than those of the few outputs that are known:  q_c ≥ Σₖ (oₖ − μ)².
 *
 * @throws WideheadError ERR_NUMERIC_DRIFT
 */
export function checkConsistency(targets: SparseTargets, { deviation, sums, outputsAt, noise, outputs }: Seen): void {
  for (let j = 0; j < targets.rows; j += 1) {
    const mean = sums[j] / outputs;
    let known = 0;
    for (let n = targets.offsets[j]; n < targets.offsets[j + 1]; n += 1) known += (outputsAt[n] - mean) ** 2;
    const slack = DRIFT_MARGIN * noise[j];
    if (deviation[j] >= known - slack) continue;
    throw new WideheadError(
      "ERR_NUMERIC_DRIFT",
      `example ${j}: the squares of all outputs about their mean are kept as ${deviation[j]}; expected at least ${known} ± ${slack}, those of its targets alone. recompute() repairs the sums`,
      { example: j, squaredDeviation: deviation[j], least: known, slack },
    );
  }
}
