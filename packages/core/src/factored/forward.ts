import type {
  Backend,
  FloatArray,
  LossInput,
  LossResult,
  Matrix,
  SparseMatrix,
  SparseTargets,
  SphericalLoss,
} from "../contract/index.ts";
import { isWideheadError, WideheadError } from "../errors.ts";
import type { Buffers } from "./buffers.ts";
import type { RowBlock } from "./row-block.ts";
import type { StackedState } from "./state.ts";
import { patternOver } from "./targets.ts";

/** What one pass over a batch found. Matrices are scratch: the next pass overwrites them. */
export interface Forward {
  /** H [m, d]. */
  readonly hidden: Matrix;
  readonly block: RowBlock;
  /** HU⁻¹ [m, d]; undefined in a pass for evaluation. */
  readonly rotated: Matrix | undefined;
  /** G₀ = HQ_c [m, d]. */
  readonly gramProduct: Matrix;
  /** Z = HUᵀ [m, d]. */
  readonly transformed: Matrix;
  /** s = Hw̄ and u = Hω [m] each. */
  readonly sums: Float64Array;
  readonly offsets: Float64Array;
  readonly slopes: Slopes;
  readonly losses: Float64Array;
  readonly loss: number;
  readonly noise: number;
  readonly skipped: number;
}

/** ∂L/∂o = a·o + b·1 + t of each example, with the mean over the batch and example weights folded in. */
export interface Slopes {
  /** a [m]. */
  readonly squares: Float64Array;
  /** b [m]. */
  readonly sums: Float64Array;
  /** T [m, r] over the rows of the block. */
  readonly targets: SparseMatrix;
  /** τ = T1 [m]. */
  readonly totals: Float64Array;
}

export interface ForwardInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly state: StackedState;
  /** D. */
  readonly outputs: number;
  /** tr(WᵀW). */
  readonly squaredNorm: number;
  readonly loss: SphericalLoss;
  readonly undefinedExamples: "throw" | "skip";
}

/**
 * The exact losses of a batch and their slopes, in 3md² (2md² for evaluation) and one read.
 *
 * @see Vincent et al. 2015, eq. 3 (squared error); Vincent et al. 2016, §3 (spherical family)
 */
export async function forward(
  { backend, buffers, state, outputs, squaredNorm, loss, undefinedExamples }: ForwardInput,
  hidden: Matrix,
  block: RowBlock,
  targets: SparseTargets,
  purpose: "update" | "evaluate",
): Promise<Forward> {
  const [m, d] = [hidden.rows, hidden.columns];
  const skippedColumns = purpose === "update" ? 0 : d;
  const stacked = purpose === "update" ? state.matrix : state.observed;
  const products = buffers.get("products", m, stacked.rows);
  backend.gemm(hidden, stacked, products, { transposeB: true });
  const columns = (from: number, count: number) => backend.view(products, 0, from - skippedColumns, m, count);
  const gramProduct = columns(d, d);
  const transformed = columns(2 * d, d);

  const deviations = buffers.get("deviations", m, 1);
  const hiddenSquares = buffers.get("hiddenSquares", m, 1);
  const pattern = patternOver(block.ids, targets.offsets, targets.ids);
  const sampled = buffers.get("sampled", targets.ids.length, 1);
  backend.rowDots(gramProduct, hidden, deviations);
  backend.rowDots(hidden, hidden, hiddenSquares);
  backend.sampledDots(pattern, transformed, block.matrix, sampled);
  const [deviation, squares, vectors, dots] = await backend.readMany([
    deviations,
    hiddenSquares,
    columns(3 * d, 2),
    sampled,
  ]);
  requireFinite(squares, m);

  const [offsets, sums] = [new Float64Array(m), new Float64Array(m)];
  const outputsAt = new Float64Array(dots.length);
  for (let j = 0; j < m; j += 1) {
    offsets[j] = vectors[2 * j];
    sums[j] = vectors[2 * j + 1];
    for (let n = targets.offsets[j]; n < targets.offsets[j + 1]; n += 1) outputsAt[n] = dots[n] + offsets[j];
  }
  const judged = judge(loss, undefinedExamples, targets, {
    outputs,
    outputsAt,
    sums,
    deviation,
    noise: squares.map((square) => backend.numerics.roundoff * square * squaredNorm),
  });
  return {
    hidden,
    block,
    rotated: purpose === "update" ? columns(0, d) : undefined,
    gramProduct,
    transformed,
    sums,
    offsets,
    ...judged,
    slopes: { ...judged.slopes, targets: { ...pattern, values: judged.slopes.targets } },
  };
}

interface Observed {
  readonly outputs: number;
  readonly outputsAt: Float64Array;
  readonly sums: Float64Array;
  readonly deviation: FloatArray;
  readonly noise: FloatArray;
}

interface Judged {
  readonly slopes: { squares: Float64Array; sums: Float64Array; totals: Float64Array; targets: Float64Array };
  readonly losses: Float64Array;
  readonly loss: number;
  readonly noise: number;
  readonly skipped: number;
}

/** Asks the loss about each example, on the host in float64. */
function judge(
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

/** Activations on a device are only seen here: a NaN or an overflow of ‖h‖² stops the step before anything changed. */
function requireFinite(squares: FloatArray, rows: number): void {
  for (let j = 0; j < rows; j += 1) {
    if (Number.isFinite(squares[j])) continue;
    throw new WideheadError(
      "ERR_NOT_FINITE",
      `hidden: row ${j} has squared norm ${squares[j]}; expected finite activations`,
      {
        argument: "hidden",
        row: j,
        squaredNorm: squares[j],
      },
    );
  }
}
