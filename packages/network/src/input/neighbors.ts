import { WideheadError } from "@widehead/core";
import type { Parameter } from "../parameter.ts";
import { requireInteger } from "../validate.ts";

/** The rows nearest to a row, nearest first; equal similarities by smaller id. */
export interface Neighbors {
  readonly ids: Uint32Array;
  /** Cosines, −1 … 1; 0 where a vector is zero. */
  readonly similarities: Float64Array;
}

/**
 * The k rows of a table [words, e] whose directions are nearest to that of one row, itself left out. O(words·e).
 * Throws ERR_INDEX_RANGE for a row outside the table, ERR_OPTION for k < 1; k beyond words − 1 means all others.
 */
export function nearestRows(table: Parameter, row: number, k: number): Neighbors {
  if (!Number.isInteger(row) || row < 0 || row >= table.rows) {
    throw new WideheadError("ERR_INDEX_RANGE", `word must be an id below ${table.rows}, got ${row}`, {
      argument: "word",
      bound: table.rows,
      actual: row,
    });
  }
  requireInteger("k", k, 1);
  const similarities = cosines(table, row);
  const others = Uint32Array.from({ length: table.rows - 1 }, (_, i) => (i < row ? i : i + 1));
  const ids = others.sort((a, b) => similarities[b] - similarities[a] || a - b).slice(0, k);
  return { ids, similarities: Float64Array.from(ids, (id) => similarities[id]) };
}

function cosines(table: Parameter, row: number): Float64Array {
  const { rows, columns, values } = table;
  const query = values.subarray(row * columns, (row + 1) * columns);
  const result = new Float64Array(rows);
  const queryNorm = Math.hypot(...query);
  for (let i = 0; i < rows; i += 1) {
    let dot = 0;
    let squares = 0;
    for (let j = 0; j < columns; j += 1) {
      const value = values[i * columns + j];
      dot += value * query[j];
      squares += value * value;
    }
    const norms = Math.sqrt(squares) * queryNorm;
    result[i] = norms > 0 ? dot / norms : 0;
  }
  return result;
}
