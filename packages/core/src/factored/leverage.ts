import type { Rates } from "../batch-layer.ts";
import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";

/** Multiplications of the power iteration: the estimate is a little low, by a tenth at the worst that was seen. */
const ITERATIONS = 12;

/** η·λ_max(ĤHᵀdiag(a)) of a batch, still in the backend. */
export interface Leverage {
  readonly matrices: readonly Matrix[];
  estimate(read: readonly FloatArray[]): number;
}

/**
 * Queues a power iteration on (η/c)ĤHᵀdiag(a) = I − system, in a few m². It begins at equal weights, which is near the
 * largest direction where h holds a constant.
 *
 * @param system  (I − (η/c)ĤHᵀdiag(a)) / scale [m, m], or its counterpart of the features [d, d], before it is solved
 */
export function probeLeverage(backend: Backend, buffers: Buffers, system: Matrix, scale = 1): Leverage {
  const n = system.rows;
  let vector = buffers.get("leverage0", n, 1);
  let previous = vector;
  backend.fill(vector, 1);
  for (let iteration = 1; iteration <= ITERATIONS; iteration += 1) {
    previous = vector;
    vector = buffers.get(`leverage${iteration % 3}`, n, 1);
    backend.combine(vector, [{ matrix: previous }]);
    backend.gemm(system, previous, vector, { alpha: -scale, beta: 1 });
  }
  return {
    matrices: [previous, vector],
    // A leverage whose powers overflow is as good as infinite; a batch without activations or weights has none.
    estimate: ([before, after]) => {
      const ratio = norm(before) === 0 ? 0 : norm(after) / norm(before);
      return Number.isNaN(ratio) ? Infinity : ratio;
    },
  };
}

/**
 * Throws ERR_OPTION where a quadratic loss would diverge at these rates: where the error along the largest direction is
 * multiplied by c − ηλ < −1.
 *
 * @param leverage  (η/c)λ
 */
export function checkLeverage(leverage: number, { learningRate, keep }: Rates): void {
  const [actual, limit] = [keep * leverage, 1 + keep];
  if (actual <= limit) return;
  const largest = (limit * learningRate) / actual;
  throw new WideheadError(
    "ERR_OPTION",
    `learningRate: expected below ${largest.toPrecision(3)} for this batch, beyond which a quadratic loss diverges, got ${learningRate}; a quarter of the limit is safe`,
    { argument: "learningRate", actual: learningRate, leverage: actual, limit, largest },
  );
}

function norm(values: FloatArray): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
