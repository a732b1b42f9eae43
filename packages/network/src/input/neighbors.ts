import { type FloatArray, WideheadError } from "@widehead/core";
import { requireInteger } from "../validate.ts";

/** The words nearest to a word, nearest first; equal similarities by smaller id. */
export interface Neighbors {
  readonly ids: Uint32Array;
  /** Mean of the cosines in the tables, −1 … 1; a zero vector counts 0. */
  readonly similarities: Float64Array;
}

/** Vectors of the words 0 … rows − 1, and that of the word asked about. */
export interface VectorTable {
  readonly rows: number;
  readonly columns: number;
  readonly values: FloatArray;
  readonly query: FloatArray;
}

/**
 * The k words whose vectors point most nearly the same way as the query's, averaged over the tables; the word itself is
 * left out. O(rows · columns). Throws ERR_OPTION for k < 1; k beyond the other words means all of them.
 */
export function nearestWords(tables: readonly VectorTable[], word: number, k: number): Neighbors {
  requireInteger("k", k, 1);
  const rows = Math.min(...tables.map((table) => table.rows));
  const similarities = new Float64Array(rows);
  for (const table of tables) addCosines(table, similarities, 1 / tables.length);
  const others = Uint32Array.from({ length: rows }, (_, id) => id).filter((id) => id !== word);
  const ids = others.sort((a, b) => similarities[b] - similarities[a] || a - b).slice(0, k);
  return { ids, similarities: Float64Array.from(ids, (id) => similarities[id]) };
}

/** Throws ERR_INDEX_RANGE. */
export function requireWord(word: number, words: number): void {
  if (Number.isInteger(word) && word >= 0 && word < words) return;
  throw new WideheadError("ERR_INDEX_RANGE", `word must be an id below ${words}, got ${word}`, {
    argument: "word",
    bound: words,
    actual: word,
  });
}

/** The table and its query about the table's mean row: what all words share says nothing of one. */
export function centred({ rows, columns, values, query }: VectorTable): VectorTable {
  const mean = new Float64Array(columns);
  for (let i = 0; i < values.length; i += 1) mean[i % columns] += values[i] / rows;
  const shifted = (numbers: FloatArray) => Float64Array.from(numbers, (value, i) => value - mean[i % columns]);
  return { rows, columns, values: shifted(values), query: shifted(query) };
}

function addCosines({ columns, values, query }: VectorTable, similarities: Float64Array, weight: number): void {
  const queryNorm = Math.hypot(...query);
  for (let i = 0; i < similarities.length; i += 1) {
    let dot = 0;
    let squares = 0;
    for (let j = 0; j < columns; j += 1) {
      const value = values[i * columns + j];
      dot += value * query[j];
      squares += value * value;
    }
    const norms = Math.sqrt(squares) * queryNorm;
    if (norms > 0) similarities[i] += (weight * dot) / norms;
  }
}
