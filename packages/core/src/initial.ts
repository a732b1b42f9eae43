import type { Backend, FloatArray, HostMatrix } from "./contract/index.ts";
import { WideheadError } from "./errors.ts";
import { floatArray } from "./matrix.ts";
import { createRandom } from "./random.ts";
import { requireNumber } from "./validate.ts";

/** How W = V + 1ωᵀ starts. */
export interface InitialWeights {
  /** Standard deviation of the normal rows of V. 0.1/√d unless told; with 0 all rows are ω. */
  readonly deviation?: number;
  readonly seed?: number;
  /** ω [d], added to every row of W; zeros unless given. With a constant in h it is the outputs' common bias. */
  readonly offset?: FloatArray;
  /** Rows of V [D, d] in place of random ones. */
  readonly weights?: HostMatrix;
}

/** True when V is zero, so that nothing of size D needs to be written. */
export function startsEqual({ deviation, weights }: InitialWeights): boolean {
  return weights === undefined && deviation === 0;
}

/** ω [d]. */
export function initialOffset({ offset }: InitialWeights, features: number): Float64Array {
  return offset === undefined ? new Float64Array(features) : Float64Array.from(offset);
}

/** The rows of V in slices of `size` rows, in order; the same for every layer and backend of one type. */
export function* initialRows(
  { deviation, seed = 1, weights }: InitialWeights,
  backend: Backend,
  outputs: number,
  features: number,
  size: number,
): Generator<FloatArray> {
  const random = createRandom(seed);
  const spread = deviation ?? 0.1 / Math.sqrt(features);
  for (let first = 0; first < outputs; first += size) {
    const count = Math.min(size, outputs - first);
    const rows = floatArray(backend.numerics.dtype, count * features);
    if (weights !== undefined) rows.set(weights.data.subarray(first * features, (first + count) * features));
    else for (let i = 0; i < rows.length; i += 1) rows[i] = spread * random.normal();
    yield rows;
  }
}

/** @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_NOT_FINITE */
export function checkInitial(
  { deviation = 0, offset, weights }: InitialWeights,
  outputs: number,
  features: number,
): void {
  requireNumber("initial.deviation", deviation, deviation >= 0 && Number.isFinite(deviation), "a finite number ≥ 0");
  if (offset !== undefined) checkArray("initial.offset", offset, features);
  if (weights === undefined) return;
  if (weights.rows !== outputs || weights.columns !== features) {
    throw new WideheadError(
      "ERR_SHAPE",
      `initial.weights: expected [${outputs}, ${features}], got [${weights.rows}, ${weights.columns}]`,
      { argument: "initial.weights", expected: [outputs, features], actual: [weights.rows, weights.columns] },
    );
  }
  checkArray("initial.weights", weights.data, outputs * features);
}

function checkArray(argument: string, values: FloatArray, length: number): void {
  if (values.length !== length) {
    throw new WideheadError("ERR_SHAPE", `${argument}: expected ${length} numbers, got ${values.length}`, {
      argument,
      expected: length,
      actual: values.length,
    });
  }
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  throw new WideheadError("ERR_NOT_FINITE", `${argument}: element ${at} is ${values[at]}; expected a finite number`, {
    argument,
    index: at,
    actual: values[at],
  });
}
