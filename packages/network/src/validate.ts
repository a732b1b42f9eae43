import { type FloatArray, WideheadError } from "@widehead/core";

/** Throws ERR_OPTION unless the value is a safe integer ≥ minimum, TypeError unless it is a number. */
export function requireInteger(argument: string, value: number, minimum: number): void {
  requireNumber(argument, value);
  if (Number.isSafeInteger(value) && value >= minimum) return;
  throw optionError(argument, `an integer of at least ${minimum}`, value);
}

/** Throws ERR_OPTION unless the value is finite and ≥ 0, TypeError unless it is a number. */
export function requireNonNegative(argument: string, value: number): void {
  requireNumber(argument, value);
  if (Number.isFinite(value) && value >= 0) return;
  throw optionError(argument, "finite and at least 0", value);
}

/** Throws ERR_OPTION unless the value is finite and > 0, TypeError unless it is a number. */
export function requirePositive(argument: string, value: number): void {
  requireNumber(argument, value);
  if (Number.isFinite(value) && value > 0) return;
  throw optionError(argument, "finite and above 0", value);
}

/** Throws ERR_OPTION unless 0 ≤ value < 1, TypeError unless it is a number. */
export function requireFraction(argument: string, value: number): void {
  requireNumber(argument, value);
  if (value >= 0 && value < 1) return;
  throw optionError(argument, "at least 0 and below 1", value);
}

/** Throws ERR_OPTION unless the value is one of the names. */
export function requireName<T extends string>(argument: string, value: T, names: readonly T[]): void {
  if (names.includes(value)) return;
  throw optionError(argument, `one of ${names.join(", ")}`, value);
}

/** Throws TypeError unless ids is a Uint32Array, ERR_INDEX_RANGE unless every id is below the bound. */
export function requireIds(argument: string, ids: Uint32Array, bound: number): void {
  if (!(ids instanceof Uint32Array)) throw new TypeError(`${argument} must be a Uint32Array`);
  const index = ids.findIndex((id) => id >= bound);
  if (index < 0) return;
  const actual = ids[index];
  throw new WideheadError("ERR_INDEX_RANGE", `${argument}[${index}] must be an id below ${bound}, got ${actual}`, {
    argument,
    index,
    bound,
    actual,
  });
}

/** Throws ERR_NOT_FINITE unless every number is finite. */
export function requireFinite(argument: string, values: FloatArray | Uint32Array): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return;
  const actual = values[index];
  const message = `${argument}[${index}] must be a finite number, got ${actual}; lower the learning rates`;
  throw new WideheadError("ERR_NOT_FINITE", message, { argument, index, actual });
}

/** The error of an option that is not what was expected. */
export function optionError(argument: string, expected: string, actual: unknown): WideheadError {
  return new WideheadError("ERR_OPTION", `${argument} must be ${expected}, got ${actual}`, {
    argument,
    expected,
    actual,
  });
}

function requireNumber(argument: string, value: number): void {
  if (typeof value !== "number") throw new TypeError(`${argument} must be a number, got ${typeof value}`);
}
