import { type FloatArray, WideheadError } from "@widehead/core";
import type { DistinctRows } from "./distinct-rows.ts";

/**
 * A batch of sparse inputs: `rows` examples over `columns` inputs, in compressed rows. Example j's non-zeros are
 * ids[offsets[j] … offsets[j+1]), in any order, without repetition inside an example.
 */
export interface SparseInput {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly ids: Uint32Array;
  /** xₖ; 1 everywhere unless given. */
  readonly values?: FloatArray;
}

/** What an input must agree with. */
interface SparseShape {
  readonly columns: number;
  /** Number of examples, where the caller knows it. */
  readonly rows?: number;
}

/** Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_NOT_FINITE, or TypeError. O(rows + entries). */
export function checkSparse(argument: string, input: SparseInput, { columns, rows = input.rows }: SparseShape): void {
  const { offsets, ids, values } = input;
  for (const name of ["offsets", "ids"] as const) {
    if (!(input[name] instanceof Uint32Array)) throw new TypeError(`${argument}.${name} must be a Uint32Array`);
  }
  if (values !== undefined && !(values instanceof Float32Array || values instanceof Float64Array)) {
    throw new TypeError(`${argument}.values must be a Float32Array or a Float64Array`);
  }
  requireLength(`${argument}.columns`, input.columns, columns);
  requireLength(`${argument}.rows`, input.rows, rows);
  requireLength(`${argument}.offsets.length`, offsets.length, rows + 1);
  requireLength(`${argument}.offsets[0]`, offsets[0], 0);
  for (let j = 1; j <= rows; j += 1) {
    if (offsets[j] < offsets[j - 1]) throw fallingOffset(argument, offsets, j);
  }
  requireLength(`${argument}.ids.length`, ids.length, offsets[rows]);
  for (let k = 0; k < ids.length; k += 1) {
    if (ids[k] >= columns) throw idBeyond(argument, ids[k], k, columns);
  }
  if (values === undefined) return;
  requireLength(`${argument}.values.length`, values.length, ids.length);
  for (let k = 0; k < values.length; k += 1) {
    if (!Number.isFinite(values[k])) throw notFinite(argument, values[k], k);
  }
}

/** Throws ERR_DUPLICATE_ID where an id comes twice in a row of a valid input. O(rows + entries). */
export function requireDistinct(argument: string, input: SparseInput, distinct: DistinctRows): void {
  const { rows, columns, offsets, ids } = input;
  for (let j = 0; j < rows; j += 1) {
    distinct.begin(columns, offsets[j + 1] - offsets[j]);
    for (let k = offsets[j]; k < offsets[j + 1]; k += 1) {
      if (distinct.add(ids[k]) < k - offsets[j]) throw repeated(argument, ids[k], j);
    }
  }
}

function requireLength(argument: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new WideheadError("ERR_SHAPE", `${argument} must be ${expected}, got ${actual}`, {
    argument,
    expected,
    actual,
  });
}

function fallingOffset(argument: string, offsets: Uint32Array, index: number): WideheadError {
  const [expected, actual] = [offsets[index - 1], offsets[index]];
  const message = `${argument}.offsets must not decrease, got ${actual} after ${expected} at ${index}`;
  return new WideheadError("ERR_SHAPE", message, { argument: `${argument}.offsets`, index, expected, actual });
}

function idBeyond(argument: string, actual: number, index: number, bound: number): WideheadError {
  const message = `${argument}.ids[${index}] must be an id below ${bound}, got ${actual}`;
  return new WideheadError("ERR_INDEX_RANGE", message, { argument: `${argument}.ids`, index, bound, actual });
}

function notFinite(argument: string, actual: number, index: number): WideheadError {
  const message = `${argument}.values[${index}] must be a finite number, got ${actual}`;
  return new WideheadError("ERR_NOT_FINITE", message, { argument: `${argument}.values`, index, actual });
}

function repeated(argument: string, id: number, example: number): WideheadError {
  const message = `${argument}.ids of one example must differ, got ${id} twice in example ${example}`;
  return new WideheadError("ERR_DUPLICATE_ID", message, { argument: `${argument}.ids`, example, id });
}
