import type { FloatArray, LossInput, LossResult, SparseTargets, SphericalLoss } from "./contract/index.ts";
import { isWideheadError, WideheadError } from "./errors.ts";

/** What a layer saw of a batch. */
export interface Observed {
  readonly outputs: number;
  readonly outputsAt: Float64Array;
  readonly sums: Float64Array;
  readonly deviation: FloatArray;
  readonly noise: FloatArray;
}

/** What a loss made of it. */
export interface Judged {
  readonly slopes: { squares: Float64Array; sums: Float64Array; totals: Float64Array; targets: Float64Array };
  readonly losses: Float64Array;
  readonly loss: number;
  readonly noise: number;
  readonly skipped: number;
}

/** Asks the loss about each example, on the host in float64. */
export function judge(
  loss: SphericalLoss,
  undefinedExamples: "throw" | "skip",
  targets: SparseTargets,
  seen: Observed,
): Judged {
  const m = targets.rows;
  const count = targets.ids.length;
  const slopes = {
    squares: new Float64Array(m),
    sums: new Float64Array(m),
    totals: new Float64Array(m),
    targets: new Float64Array(count),
  };
  const losses = new Float64Array(m);
  const input: LossInput = {
    squaredDeviation: 0,
    sum: 0,
    outputCount: seen.outputs,
    noise: 0,
    example: 0,
    begin: 0,
    end: 0,
    outputs: seen.outputsAt,
    values: targets.values ?? new Float64Array(count).fill(1),
    positiveWeights: targets.positiveWeights,
    outputSlopes: slopes.targets,
  };
  const result: LossResult = { value: 0, squaresSlope: 0, sumSlope: 0 };
  let [total, noise, skipped] = [0, 0, 0];
  for (let j = 0; j < m; j += 1) {
    input.squaredDeviation = Math.max(0, seen.deviation[j]);
    input.sum = seen.sums[j];
    input.noise = seen.noise[j];
    input.example = j;
    input.begin = targets.offsets[j];
    input.end = targets.offsets[j + 1];
    let weight = targets.exampleWeights?.[j] ?? 1;
    try {
      loss.evaluate(input, result);
    } catch (error) {
      if (undefinedExamples === "throw" || !isWideheadError(error, "ERR_LOSS_DOMAIN")) throw error;
      skipped += 1;
      slopes.targets.fill(0, input.begin, input.end);
      continue;
    }
    losses[j] = weight * result.value;
    total += losses[j];
    noise = Math.max(noise, weight * input.noise);
    weight /= m;
    slopes.squares[j] = 2 * weight * result.squaresSlope;
    slopes.sums[j] = weight * result.sumSlope;
    for (let n = input.begin; n < input.end; n += 1) {
      slopes.targets[n] *= weight;
      slopes.totals[j] += slopes.targets[n];
    }
    if (!Number.isFinite(losses[j] + slopes.squares[j] + slopes.sums[j] + slopes.totals[j])) {
      throw new WideheadError(
        "ERR_NUMERIC_DRIFT",
        `loss ${loss.name}: example ${j} has loss ${result.value} with slopes ${result.squaresSlope}, ${result.sumSlope}; expected finite numbers. Lower the learning rate, or call recompute()`,
        { example: j, loss: result.value, squaredDeviation: input.squaredDeviation, sum: input.sum },
      );
    }
  }
  return { slopes, losses, loss: m === 0 ? 0 : total / m, noise, skipped };
}
