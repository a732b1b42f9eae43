import {
  columnCounts,
  Dictionary,
  SENTENCE_END,
  type SparseMatrix,
  selectColumns,
  sparseFromRows,
  tokenize,
} from "@widehead/data";

/** The words of a text that have names, as often as they come, in one row; and those that have none. */
export interface Bag {
  readonly row: SparseMatrix;
  readonly unknown: readonly string[];
}

export function bagOf(text: string, names: Dictionary): Bag {
  const words = wordsOf(text);
  const known = words.map((word) => names.idOf(word)).filter((id) => id !== undefined);
  return {
    row: sparseFromRows([{ ids: known }], { columns: names.size, repeated: "sum" }),
    unknown: [...new Set(words.filter((word) => names.idOf(word) === undefined))],
  };
}

/** Rows of named columns. */
export interface NamedColumns {
  readonly matrix: SparseMatrix;
  readonly names: Dictionary;
}

/** Texts as rows, in the ids of the names given, or of new ones. */
export function bagsOf(texts: readonly string[], given: Dictionary | undefined): NamedColumns {
  const names = given ?? new Dictionary();
  const idOf = (word: string) => (given === undefined ? names.add(word) : names.idOf(word));
  const rows = texts.map((text) => ({
    ids: wordsOf(text)
      .map(idOf)
      .filter((id) => id !== undefined),
  }));
  return { matrix: sparseFromRows(rows, { columns: names.size, repeated: "sum" }), names };
}

/** Without the columns that occur in fewer rows. O(entries + columns). */
export function frequentColumns(matrix: SparseMatrix, names: Dictionary, least: number): NamedColumns {
  const counts = columnCounts(matrix);
  const kept = Uint32Array.from(counts.keys()).filter((id) => counts[id]! >= least);
  if (kept.length === matrix.columns) return { matrix, names };
  return {
    matrix: selectColumns(matrix, kept),
    names: Dictionary.fromNames(Array.from(kept, (id) => names.nameOf(id))),
  };
}

function wordsOf(text: string): string[] {
  return tokenize(text).filter((token) => token !== SENTENCE_END);
}
