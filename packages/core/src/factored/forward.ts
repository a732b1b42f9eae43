import type { Buffers } from "../buffers.ts";
import type {
  Backend,
  FloatArray,
  Matrix,
  Preconditioner,
  SparseMatrix,
  SparseTargets,
  SphericalLoss,
} from "../contract/index.ts";
import { judge } from "../judge.ts";
import { checkFiniteRows } from "../validate.ts";
import { checkConsistency } from "./drift.ts";
import type { RowBlock } from "./row-block.ts";
import type { StackedState } from "./state.ts";
import { patternOver } from "./targets.ts";

/** What one pass over a batch found. Matrices are scratch: the next pass overwrites them. */
export interface Forward {
  /** H [m, d]. */
  readonly hidden: Matrix;
  /** Mean ‖h‖². */
  readonly meanSquare: number;
  /** Ĥ = HC [m, d], the right factor of the weight gradient: H itself for plain gradient descent. */
  readonly direction: Matrix;
  readonly block: RowBlock;
  /** ĤU⁻¹ [m, d]; undefined in a pass for evaluation. */
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
  readonly preconditioner: Preconditioner | undefined;
}

/**
 * The exact losses of a batch and their slopes, in 3md² (2md² for evaluation) and one read.
 *
 * @see Vincent et al. 2015, eq. 3 (squared error); Vincent et al. 2016, §3 (spherical family)
 */
export async function forward(
  { backend, buffers, state, outputs, squaredNorm, loss, undefinedExamples, preconditioner }: ForwardInput,
  hidden: Matrix,
  block: RowBlock,
  targets: SparseTargets,
  purpose: "update" | "evaluate",
): Promise<Forward> {
  const [m, d] = [hidden.rows, hidden.columns];
  // HU⁻¹ comes along only where Ĥ = H.
  const rotates = purpose === "update" && preconditioner === undefined;
  const skippedColumns = rotates ? 0 : d;
  const stacked = rotates ? state.matrix : state.observed;
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
  checkFiniteRows(squares);

  const [offsets, sums] = [new Float64Array(m), new Float64Array(m)];
  const outputsAt = new Float64Array(dots.length);
  for (let j = 0; j < m; j += 1) {
    offsets[j] = vectors[2 * j];
    sums[j] = vectors[2 * j + 1];
    for (let n = targets.offsets[j]; n < targets.offsets[j + 1]; n += 1) outputsAt[n] = dots[n] + offsets[j];
  }
  const noise = squares.map((square) => backend.numerics.roundoff * square * squaredNorm);
  const seen = { outputs, outputsAt, sums, deviation, noise };
  checkConsistency(targets, seen);
  const judged = judge(loss, undefinedExamples, targets, seen);
  const meanSquare = m === 0 ? 0 : sumOf(squares) / m;
  let direction = hidden;
  let rotated = rotates ? columns(0, d) : undefined;
  if (purpose === "update" && preconditioner !== undefined) {
    direction = buffers.get("direction", m, d);
    await preconditioner.prepare(hidden, meanSquare, direction);
    rotated = buffers.get("rotated", m, d);
    backend.gemm(direction, state.inverse, rotated, { transposeB: true });
  }
  return {
    hidden,
    meanSquare,
    direction,
    block,
    rotated,
    gramProduct,
    transformed,
    sums,
    offsets,
    ...judged,
    slopes: { ...judged.slopes, targets: { ...pattern, values: judged.slopes.targets } },
  };
}

export function sumOf(values: FloatArray): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
