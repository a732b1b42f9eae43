import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix } from "../contract/index.ts";
import { DRIFT_MARGIN } from "./drift.ts";
import type { StackedState } from "./state.ts";
import type { Candidate } from "./update.ts";

/** Largest ‖U‖/√d or ‖U⁻¹‖/√d that is kept: weight decay shrinks U without end, and float32 has 10³⁸. */
const NORM_LIMIT = 1e6;
/** Vectors on which U U⁻¹ is compared with I at each step. */
const PROBES = 2;

/** How well conditioned a candidate state is, from norms summed on the host in float64. */
export interface Condition {
  /** ‖U‖‖U⁻¹‖/d (Frobenius): an upper bound of cond₂(U)/d and at least 1. NaN where something is not finite. */
  readonly bound: number;
  /** Largest ‖xᵀUU⁻¹ − xᵀ‖/‖x‖ of the probes. */
  readonly residual: number;
  /** True when U, its inverse and the new rows may be committed as they are. */
  readonly sound: boolean;
  /** True when U_new, Q_c, ω and w̄ are finite, so that the step can at least be committed by refactoring. */
  readonly finite: boolean;
  /** True when Q_c, which is positive semidefinite by definition, is not along a probe vector. */
  readonly drifted: boolean;
  /** tr(WᵀW) after the step, about. */
  readonly squaredNorm: number;
}

/** Measurements of a candidate, still in the backend: read together with the step's results. */
export interface Probes {
  readonly matrices: readonly Matrix[];
  judge(read: readonly FloatArray[]): Condition;
}

/** Fixed probe vectors of ±1 [2, d]. */
export function probeVectors(backend: Backend, features: number): Matrix {
  const vectors = backend.allocate(PROBES, features);
  const signs = new Float64Array(PROBES * features);
  for (let i = 0; i < signs.length; i += 1) signs[i] = Math.imul(i + 1, 0x9e3779b1) < 0 ? -1 : 1;
  backend.write(vectors, signs);
  return vectors;
}

/**
 * Queues the measurements that decide, before a step is committed, whether it needs a refactoring. O(d²).
 *
 * @param limit  largest condition bound that is kept
 */
export function probeCandidate(
  { backend, buffers, spare, outputs }: { backend: Backend; buffers: Buffers; spare: StackedState; outputs: number },
  candidate: Candidate,
  vectors: Matrix,
  limit: number,
): Probes {
  const d = spare.transform.columns;
  const norms = buffers.get("stateNorms", 3 * d + 2, 1);
  backend.rowDots(spare.matrix, spare.matrix, norms);
  const rowNorms = buffers.get("rowNorms", candidate.rows.rows, 1);
  backend.rowDots(candidate.rows, candidate.rows, rowNorms);

  const forth = buffers.get("probeForth", PROBES, d);
  backend.gemm(vectors, spare.transform, forth);
  const back = buffers.get("probeBack", PROBES, d);
  backend.combine(back, [{ matrix: vectors }]);
  backend.gemm(forth, spare.inverse, back, { transposeB: true, beta: -1 });
  const residuals = buffers.get("probeResiduals", PROBES, 1);
  backend.rowDots(back, back, residuals);

  const gramVectors = buffers.get("probeGram", PROBES, d);
  backend.gemm(vectors, spare.gram, gramVectors);
  const squares = buffers.get("probeSquares", PROBES, 1);
  backend.rowDots(gramVectors, vectors, squares);

  return {
    matrices: [norms, rowNorms, residuals, squares, candidate.status],
    judge([norm, rows, residualSquares, square, status]: readonly FloatArray[]): Condition {
      const inverse = sum(norm, 0, d);
      const transform = sum(norm, 2 * d, 3 * d);
      const bound = Math.sqrt(transform * inverse) / d;
      const residual = Math.sqrt(Math.max(...residualSquares) / d);
      const largest = Math.sqrt(Math.max(transform, inverse) / d);
      const finite = Number.isFinite(sum(norm, d, 3 * d + 2));
      const sound =
        finite &&
        status[0] === 0 &&
        bound <= limit &&
        largest <= NORM_LIMIT &&
        residual <= 1e3 * backend.numerics.roundoff * Math.sqrt(d) &&
        Number.isFinite(sum(rows, 0, rows.length));
      // tr(Q_c) is the mean of xᵀQ_c x over all x of ±1, and at least ‖Q_c‖: near enough for a noise level.
      const squaredDeviation = Math.max(sum(square, 0, PROBES) / PROBES, Math.sqrt(sum(norm, d, 2 * d)));
      const slack = DRIFT_MARGIN * backend.numerics.roundoff * d * squaredDeviation;
      const drifted = Math.min(...square) < -slack;
      return { bound, residual, sound, finite, drifted, squaredNorm: squaredDeviation + norm[3 * d + 1] / outputs };
    },
  };
}

function sum(values: FloatArray, begin: number, end: number): number {
  let total = 0;
  for (let i = begin; i < end; i += 1) total += values[i];
  return total;
}
