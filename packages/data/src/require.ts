import { WideheadError } from "@widehead/core";

/** Throws ERR_OPTION unless `value` is a whole number of at least `least`, and at most `most`. */
export function wholeNumber(argument: string, value: number, least: number, most: number = Infinity): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const expected = `a whole number of at least ${least}${most === Infinity ? "" : ` and at most ${most}`}`;
  throw optionError(argument, expected, value);
}

/** Throws ERR_OPTION unless 0 ≤ `value` < 1. */
export function fraction(argument: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw optionError(argument, "a number from 0 to below 1", value);
}

export function optionError(argument: string, expected: string, actual: unknown): WideheadError {
  const message = `data: ${argument} must be ${expected}, got ${actual}`;
  return new WideheadError("ERR_OPTION", message, { argument, expected, actual });
}

/** ERR_OPTION for texts that hold no token. */
export function emptyText(argument: string, actual: number): WideheadError {
  const message = `${argument} must hold at least 1 token, got ${actual} with none`;
  return new WideheadError("ERR_OPTION", message, { argument, expected: 1, actual: 0 });
}
