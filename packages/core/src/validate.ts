import type { Buffers } from "./buffers.ts";
import type { Backend, FloatArray, HostMatrix, Matrix, MatrixLike, UpdateOptions } from "./contract/index.ts";
import { WideheadError } from "./errors.ts";
import { isFloatArray } from "./matrix.ts";

/** True for a matrix in host memory, false for a backend's handle (which may well have a `data` of its own). */
export function isHostMatrix(matrix: MatrixLike): matrix is HostMatrix {
  return !("disposed" in matrix);
}

/**
 * A copy of a batch's activations in the backend: a step holds on to it while the caller may reuse the handle, for the
 * hidden gradient even. Whether they are finite shows in the pass; {@link checkFiniteHidden} says which are not.
 *
 * @throws WideheadError ERR_SHAPE, ERR_DISPOSED, ERR_FOREIGN_HANDLE
 */
export function loadHidden(backend: Backend, buffers: Buffers, hidden: MatrixLike, features: number): Matrix {
  checkHiddenShape(hidden, features);
  if (!isHostMatrix(hidden)) checkHandle(backend, "hidden", hidden);
  const matrix = buffers.get("hidden", hidden.rows, features);
  if (isHostMatrix(hidden)) backend.write(matrix, hidden.data);
  else backend.combine(matrix, [{ matrix: hidden }]);
  return matrix;
}

/** Throws ERR_NOT_FINITE for the first of the activations on the host that is not finite. */
export function checkFiniteHidden(hidden: MatrixLike): void {
  if (!isHostMatrix(hidden) || allFinite(hidden.data)) return;
  const at = hidden.data.findIndex((value: number) => !Number.isFinite(value));
  const [row, column] = [Math.floor(at / hidden.columns), at % hidden.columns];
  const actual = hidden.data[at];
  throw new WideheadError(
    "ERR_NOT_FINITE",
    `hidden: element [${row}, ${column}] is ${actual}; expected a finite number`,
    { argument: "hidden", row, column, actual },
  );
}

/** True when every number is finite: x·0 is NaN for those that are not. Four sums, so that none waits for the last. */
export function allFinite(values: FloatArray): boolean {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i] * 0;
    b += values[i + 1] * 0;
    c += values[i + 2] * 0;
    d += values[i + 3] * 0;
  }
  for (let i = whole; i < values.length; i += 1) a += values[i] * 0;
  return a + b + c + d === 0;
}

/** Activations are only looked at in a pass: a NaN, or an overflow of ‖h‖² [m], stops it before anything has changed. */
export function checkFiniteRows(squares: FloatArray): void {
  const row = squares.findIndex((square: number) => !Number.isFinite(square));
  if (row < 0) return;
  throw new WideheadError(
    "ERR_NOT_FINITE",
    `hidden: row ${row} has squared norm ${squares[row]}; expected finite activations`,
    { argument: "hidden", row, squaredNorm: squares[row] },
  );
}

function checkHiddenShape(hidden: MatrixLike, features: number): void {
  const expected = `[m, ${features}]`;
  if (hidden.columns !== features) {
    throw new WideheadError("ERR_SHAPE", `hidden: expected ${expected}, got [${hidden.rows}, ${hidden.columns}]`, {
      argument: "hidden",
      expected: ["m", features],
      actual: [hidden.rows, hidden.columns],
    });
  }
  if (!isHostMatrix(hidden) || hidden.data.length === hidden.rows * hidden.columns) return;
  throw new WideheadError(
    "ERR_SHAPE",
    `hidden: [${hidden.rows}, ${hidden.columns}] needs ${hidden.rows * hidden.columns} numbers, got ${hidden.data.length}`,
    { argument: "hidden", expected: hidden.rows * hidden.columns, actual: hidden.data.length },
  );
}

/** @throws WideheadError ERR_FOREIGN_HANDLE, ERR_DISPOSED */
function checkHandle(backend: Backend, argument: string, matrix: Matrix): void {
  if (!backend.owns(matrix)) {
    throw new WideheadError(
      "ERR_FOREIGN_HANDLE",
      `${argument}: expected a matrix of the layer's backend ${backend.name}, got one of another`,
      { argument },
    );
  }
  if (matrix.disposed) {
    throw new WideheadError("ERR_DISPOSED", `${argument}: expected a live matrix, got a disposed one`, { argument });
  }
}

/** @throws WideheadError ERR_SHAPE, ERR_DISPOSED, ERR_FOREIGN_HANDLE */
export function checkGradientInto(backend: Backend, target: FloatArray | Matrix, rows: number, features: number): void {
  if (isFloatArray(target)) {
    if (target.length === rows * features) return;
    throw new WideheadError(
      "ERR_SHAPE",
      `gradientInto: expected ${rows * features} numbers for [${rows}, ${features}], got ${target.length}`,
      { argument: "gradientInto", expected: rows * features, actual: target.length },
    );
  }
  checkHandle(backend, "gradientInto", target);
  if (target.rows === rows && target.columns === features) return;
  throw new WideheadError(
    "ERR_SHAPE",
    `gradientInto: expected [${rows}, ${features}], got [${target.rows}, ${target.columns}]`,
    { argument: "gradientInto", expected: [rows, features], actual: [target.rows, target.columns] },
  );
}

/** η and c = 1 − η·weightDecay of a step. @throws WideheadError ERR_OPTION */
export function checkUpdate({ learningRate, weightDecay = 0, clipNorm = Infinity }: UpdateOptions): {
  readonly learningRate: number;
  readonly keep: number;
  readonly clipNorm: number;
} {
  requireNumber(
    "learningRate",
    learningRate,
    learningRate >= 0 && Number.isFinite(learningRate),
    "a finite number ≥ 0",
  );
  requireNumber("weightDecay", weightDecay, weightDecay >= 0 && Number.isFinite(weightDecay), "a finite number ≥ 0");
  requireNumber("clipNorm", clipNorm, clipNorm > 0, "a number above 0");
  const keep = 1 - learningRate * weightDecay;
  requireNumber("weightDecay", weightDecay, keep > 0, `less than 1/learningRate = ${1 / learningRate}`);
  return { learningRate, keep, clipNorm };
}

/** Throws ERR_OPTION, with both sides, unless `valid`. */
export function requireNumber(argument: string, actual: number, valid: boolean, expected: string): void {
  if (valid) return;
  throw new WideheadError("ERR_OPTION", `${argument}: expected ${expected}, got ${actual}`, {
    argument,
    expected,
    actual,
  });
}

export function requireCount(argument: string, actual: number, most: number = Number.MAX_SAFE_INTEGER): void {
  requireNumber(
    argument,
    actual,
    Number.isInteger(actual) && actual >= 1 && actual <= most,
    `an integer from 1 to ${most}`,
  );
}

export function requireOneOf(argument: string, actual: string, expected: readonly string[]): void {
  if (expected.includes(actual)) return;
  throw new WideheadError("ERR_OPTION", `${argument}: expected one of ${expected.join(", ")}, got ${actual}`, {
    argument,
    expected,
    actual,
  });
}

/** @throws WideheadError ERR_INDEX_RANGE */
export function checkIds(ids: Uint32Array, outputs: number): void {
  for (let i = 0; i < ids.length; i += 1) {
    if (ids[i] < outputs) continue;
    throw new WideheadError("ERR_INDEX_RANGE", `ids: entry ${i} is ${ids[i]}; expected an output below ${outputs}`, {
      argument: "ids",
      index: i,
      actual: ids[i],
      outputs,
    });
  }
}

/** @throws WideheadError ERR_MEMORY */
export function checkMemory(what: string, needed: number, limit: number | undefined): void {
  if (limit === undefined || needed <= limit) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new WideheadError(
    "ERR_MEMORY",
    `${what} needs ${megabytes(needed)}, and memoryLimit allows ${megabytes(limit)}; use fewer outputs or features, or raise the limit`,
    { needed, limit },
  );
}
