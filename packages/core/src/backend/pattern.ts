import type { SparseMatrix, SparsePattern } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";

/** Throws ERR_SHAPE where offsets do not cover the entries row by row, ERR_INDEX_RANGE where a column id is too large. */
export function checkPattern(op: string, argument: string, pattern: SparsePattern): void {
  const { rows, columns, offsets, columnIds } = pattern;
  const entries = columnIds.length;
  if (offsets.length !== rows + 1 || offsets[0] !== 0 || offsets[rows] !== entries) {
    throw new WideheadError(
      "ERR_SHAPE",
      `${op}: ${argument}.offsets must be ${rows + 1} numbers from 0 to ${entries}, got ${offsets.length} from ${offsets[0]} to ${offsets.at(-1)}`,
      { op, argument: `${argument}.offsets`, expected: rows + 1, actual: offsets.length },
    );
  }
  for (let row = 0; row < rows; row += 1) {
    if (offsets[row]! > offsets[row + 1]!) {
      throw new WideheadError(
        "ERR_SHAPE",
        `${op}: ${argument}.offsets must not fall, got ${offsets[row]} then ${offsets[row + 1]} at row ${row}`,
        { op, argument: `${argument}.offsets`, row },
      );
    }
  }
  for (let entry = 0; entry < entries; entry += 1) {
    if (columnIds[entry]! >= columns) {
      throw new WideheadError(
        "ERR_INDEX_RANGE",
        `${op}: ${argument}.columnIds must be below ${columns}, got ${columnIds[entry]} at entry ${entry}`,
        { op, argument: `${argument}.columnIds`, entry, expected: columns, actual: columnIds[entry] },
      );
    }
  }
}

/** Throws ERR_SHAPE unless there is one value for each entry. */
export function checkValues(op: string, argument: string, sparse: SparseMatrix): void {
  const expected = sparse.columnIds.length;
  const actual = sparse.values.length;
  if (actual === expected) return;
  throw new WideheadError("ERR_SHAPE", `${op}: ${argument}.values must hold ${expected} numbers, got ${actual}`, {
    op,
    argument: `${argument}.values`,
    expected,
    actual,
  });
}
