import { holdOutRows, type SparseMatrix } from "@widehead/data";

/** Rows by what they are for, each ascending. */
export interface RowParts {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

export interface RowFractions {
  /** Held out to measure on. */
  readonly test: number;
  /** Held out of the others, for early stopping. */
  readonly validation: number;
  readonly mostValidation: number;
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
