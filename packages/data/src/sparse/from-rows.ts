import { WideheadError } from "@widehead/core";
import { type Repeated, RowCollector } from "./collect.ts";
import type { SparseMatrix } from "./matrix.ts";

/** One row's entries: values are 1 unless given. */
export interface SparseRow {
  readonly ids: ArrayLike<number>;
  readonly values?: ArrayLike<number>;
}

export interface SparseFromRowsOptions {
  /** One more than the largest id unless told. */
  readonly columns?: number;
  /** "reject" unless told. */
  readonly repeated?: Repeated;
}

/**
 * A sparse matrix of rows as users have them, ids in any order: O(entries · log of a row's).
 *
 * @throws WideheadError ERR_INDEX_RANGE for an id that is no whole number below `columns`; ERR_DUPLICATE_ID for one that
 * comes again in its row, unless that is told to be summed or to replace; ERR_SHAPE for values of another length
 */
export function sparseFromRows(rows: Iterable<SparseRow>, options: SparseFromRowsOptions = {}): SparseMatrix {
  const { columns, repeated = "reject" } = options;
  const collector = new RowCollector(repeated);
  for (const { ids, values } of rows) {
    const row = collector.rows;
    checkIds(ids, columns ?? 2 ** 32, row);
    if (values !== undefined && values.length !== ids.length) {
      const message = `sparseFromRows: values of row ${row} must be ${ids.length}, got ${values.length}`;
      throw new WideheadError("ERR_SHAPE", message, {
        argument: "values",
        row,
        expected: ids.length,
        actual: values.length,
      });
    }
    collector.add(ids, values);
  }
  return collector.build(columns ?? collector.width);
}

function checkIds(ids: ArrayLike<number>, columns: number, row: number): void {
  for (let k = 0; k < ids.length; k += 1) {
    if (Number.isInteger(ids[k]) && ids[k] >= 0 && ids[k] < columns) continue;
    const message = `sparseFromRows: ids must be whole numbers in 0 … ${columns - 1}, got ${ids[k]} in row ${row}`;
    throw new WideheadError("ERR_INDEX_RANGE", message, { argument: "ids", row, expected: columns, actual: ids[k] });
  }
}
