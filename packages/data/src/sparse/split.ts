import { createRandom } from "@widehead/core";
import { numbersUpTo } from "../epoch-order.ts";
import { fraction, wholeNumber } from "../require.ts";
import { type SparseMatrix, selectRows, sparse } from "./matrix.ts";

export interface HoldOutOptions {
  /** Of each row's entries, rounded down. */
  readonly fraction: number;
  readonly seed: number;
  /** A row with fewer entries keeps all of them. 2 unless told, so that no row becomes empty. */
  readonly minimumEntries?: number;
}

/** A matrix in two parts of its size, whose entries together are its entries. */
export interface HeldOutEntries {
  readonly train: SparseMatrix;
  readonly heldOut: SparseMatrix;
}

/**
 * Holds out a random part of each row, some of every user's items: O(non-zeros).
 *
 * @throws WideheadError ERR_OPTION for a fraction outside 0 … 1 or a minimum that is no whole number ≥ 1
 */
export function holdOutEntries(matrix: SparseMatrix, options: HoldOutOptions): HeldOutEntries {
  const part = fraction("fraction", options.fraction);
  const minimum = wholeNumber("minimumEntries", options.minimumEntries ?? 2, 1);
  const random = createRandom(options.seed).fork("held-out entries");
  const isHeldOut = new Uint8Array(matrix.ids.length);
  for (let row = 0; row < matrix.rows; row += 1) {
    const begin = matrix.offsets[row];
    const count = matrix.offsets[row + 1] - begin;
    if (count < minimum) continue;
    const chosen = random.shuffle(numbersUpTo(count)).subarray(0, Math.floor(part * count));
    for (const k of chosen) isHeldOut[begin + k] = 1;
  }
  return { train: entriesWhere(matrix, isHeldOut, 0), heldOut: entriesWhere(matrix, isHeldOut, 1) };
}

function entriesWhere(matrix: SparseMatrix, marks: Uint8Array, mark: number): SparseMatrix {
  const offsets = new Uint32Array(matrix.rows + 1);
  for (let row = 0; row < matrix.rows; row += 1) {
    offsets[row + 1] = offsets[row];
    for (let k = matrix.offsets[row]; k < matrix.offsets[row + 1]; k += 1) {
      if (marks[k] === mark) offsets[row + 1] += 1;
    }
  }
  const has = (_: number, k: number): boolean => marks[k] === mark;
  return sparse(matrix.rows, matrix.columns, offsets, matrix.ids.filter(has), matrix.values?.filter(has));
}

export interface SplitRowsOptions {
  /** Of the rows, rounded down. */
  readonly fraction: number;
  readonly seed: number;
}

/** The numbers of rows to learn from and of those held out, each ascending, for {@link selectRows}. */
export interface HeldOutRows {
  readonly train: Uint32Array;
  readonly heldOut: Uint32Array;
}

/** Holds out a random part of `rows` rows. Throws ERR_OPTION. */
export function holdOutRows(rows: number, options: SplitRowsOptions): HeldOutRows {
  const count = Math.floor(fraction("fraction", options.fraction) * wholeNumber("rows", rows, 0));
  const order = createRandom(options.seed).fork("held-out rows").shuffle(numbersUpTo(rows));
  return { train: order.slice(count).sort(), heldOut: order.slice(0, count).sort() };
}
