import { holdOutRows, type SparseMatrix } from "@widehead/data";
import type { Values } from "../../grammar/options.ts";

/** Rows by what they are for, each ascending. */
export interface RowParts {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

export interface RowFractions {
  /** Held out to measure on. */
  readonly test: number;
  /** Held out of the others, for early stopping where --patience asks for it. */
  readonly validation: number;
  readonly mostValidation: number;
}

/** The fractions of a run: a part that nobody asked for is not kept from what is learned. */
export function fractionsOf(
  usual: RowFractions,
  { test, patience }: Partial<Pick<Values, "test" | "patience">>,
): RowFractions {
  return {
    ...usual,
    ...(test !== undefined && { test: 0 }),
    ...(patience === undefined && { validation: 0 }),
  };
}

/** Sorts the rows of a matrix into parts by a seed. */
export function splitRows(
  { rows }: SparseMatrix,
  seed: number,
  { test, validation, mostValidation }: RowFractions,
): RowParts {
  const outer = holdOutRows(rows, { fraction: test, seed });
  const fraction = Math.min(validation, mostValidation / Math.max(1, outer.train.length));
  const inner = holdOutRows(outer.train.length, { fraction, seed: seed + 1 });
  const place = (index: number) => outer.train[index]!;
  return { train: inner.train.map(place), validation: inner.heldOut.map(place), test: outer.heldOut };
}
