import { columnCounts, type SparseMatrix } from "@widehead/data";
import type { Values } from "../../grammar/options.ts";

/** In how many of the training rows each column occurs. */
export interface ColumnUse {
  readonly rows: number;
  readonly counts: readonly number[];
}

/** How counts become inputs. */
export interface Weighting {
  readonly name: Values["weighting"];
  /** What it was made from. */
  readonly use: ColumnUse;
  apply(matrix: SparseMatrix): SparseMatrix;
}

/**
 * "tf-idf": (1 + log count)·log((1 + N)/(1 + n)), n of the N training rows having the column; "none": values as they are.
 *
 * @see Manning, Raghavan & Schütze 2008, §6.4
 */
export function weightingOf(name: Values["weighting"], use: ColumnUse): Weighting {
  if (name === "none") return { name, use, apply: (matrix) => matrix };
  const rarity = use.counts.map((count) => Math.log((1 + use.rows) / (1 + count)));
  const apply = (matrix: SparseMatrix): SparseMatrix => {
    const weight = (count: number) => (count > 0 ? 1 + Math.log(count) : 0);
    const values = Float32Array.from(matrix.ids, (id, n) => weight(matrix.values?.[n] ?? 1) * rarity[id]!);
    return { ...matrix, values };
  };
  return { name, use, apply };
}

export function useOf(matrix: SparseMatrix): ColumnUse {
  return { rows: matrix.rows, counts: [...columnCounts(matrix)] };
}

/** The weighting of values where the user does not say: that of counts for whole numbers. */
export function usualWeighting({ values }: SparseMatrix): Values["weighting"] {
  return values === undefined || values.every((value) => Number.isInteger(value) && value >= 0) ? "tf-idf" : "none";
}

/** The rows scaled to length 1; one of zeros stays. */
export function unitRows(matrix: SparseMatrix): SparseMatrix {
  const { rows, offsets, ids } = matrix;
  const values = matrix.values?.slice() ?? new Float32Array(ids.length).fill(1);
  for (let row = 0; row < rows; row += 1) {
    const of = values.subarray(offsets[row]!, offsets[row + 1]!);
    const norm = Math.hypot(...of);
    if (norm > 0) for (let n = 0; n < of.length; n += 1) of[n]! /= norm;
  }
  return { ...matrix, values };
}
