import type { Dictionary } from "../dictionary.ts";
import { formatError, type Place } from "../format-error.ts";
import { RowCollector } from "../sparse/collect.ts";
import type { SparseMatrix } from "../sparse/matrix.ts";
import { SENTENCE_END, tokenize } from "../tokenize.ts";
import { weightField } from "./fields.ts";
import { NameReader, type NamesOptions } from "./names.ts";
import { describe, fieldOf, nameField, readRecords } from "./records.ts";

export interface BagFieldOptions {
  /** The field of the records; the same as the bag's own name unless told. */
  readonly field?: string;
  /**
   * "names", unless told: a list of names, one name, or an object from names to weights; "text": the words of a text, as
   * `tokenize` gives them, each as often as it comes.
   */
  readonly as?: "names" | "text";
  readonly names?: NamesOptions;
}

export interface Bag {
  /** [records, names]; a name that comes again in a record counts again. */
  readonly matrix: SparseMatrix;
  readonly names: Dictionary;
  /** Entries left out, since their names are unknown. */
  readonly skipped: number;
}

/**
 * Reads bags from JSON lines, gzipped or not, or parquet: a matrix with one row a record for each field asked for, such as
 * `{ text: { as: "text" }, tags: {} }` of `{"text": "…", "tags": ["…"]}`. A null is an empty bag. Memory: 8 bytes an entry.
 *
 * @throws WideheadError ERR_IO; ERR_FORMAT with file and line for a record without the field, a field that is no bag, a
 * weight that is no finite number ≥ 0, an unknown name where those are rejected, and a file without records
 */
export async function readBags<Field extends string>(
  path: string,
  fields: Readonly<Record<Field, BagFieldOptions>>,
): Promise<Record<Field, Bag>> {
  const readers = Object.entries<BagFieldOptions>(fields).map(([name, options]) => new BagReader(name, options));
  let count = 0;
  for await (const { lines, records } of readRecords(path)) {
    records.forEach((record, index) => {
      for (const reader of readers) reader.add(record, { path, line: lines[index] });
    });
    count += records.length;
  }
  if (count === 0) throw formatError({ path }, "records", "none");
  return Object.fromEntries(readers.map((reader) => [reader.name, reader.build()])) as Record<Field, Bag>;
}

class BagReader {
  readonly name: string;
  readonly #field: string;
  readonly #as: "names" | "text";
  readonly #names: NameReader;
  readonly #rows: RowCollector = new RowCollector("sum");

  constructor(name: string, { field = name, as = "names", names }: BagFieldOptions) {
    this.name = name;
    this.#field = field;
    this.#as = as;
    this.#names = new NameReader(name, names);
  }

  add(record: Readonly<Record<string, unknown>>, place: Place): void {
    const value = fieldOf(record, this.#field, place);
    const ids: number[] = [];
    const weights: number[] = [];
    for (const [name, weight] of this.#entries(value, place)) {
      const id = this.#names.idOf(name, place);
      if (id === undefined) continue;
      ids.push(id);
      weights.push(weight);
    }
    this.#rows.add(ids, weights);
  }

  build(): Bag {
    const names = this.#names.dictionary;
    return { matrix: this.#rows.build(names.size), names, skipped: this.#names.skipped };
  }

  *#entries(value: unknown, place: Place): Generator<readonly [string, number]> {
    if (value === null || value === undefined) return;
    if (this.#as === "text") {
      if (typeof value !== "string") throw formatError(place, `a text as ${this.#field}`, describe(value));
      for (const token of tokenize(value)) if (token !== SENTENCE_END) yield [token, 1];
    } else if (typeof value === "object" && !Array.isArray(value)) {
      for (const [name, weight] of Object.entries(value)) yield [name, weightField(String(weight), place)];
    } else {
      for (const name of Array.isArray(value) ? value : [value]) yield [nameField(name, this.#field, place), 1];
    }
  }
}
