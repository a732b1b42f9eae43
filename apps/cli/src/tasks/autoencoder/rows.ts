import {
  type Dictionary,
  readBags,
  readDocuments,
  readInteractions,
  readItemLists,
  readMultiLabel,
  type SparseMatrix,
} from "@widehead/data";
import { bagsOf } from "../sparse/bags.ts";
import { numbered } from "../sparse/features.ts";
import { detectFormat, type Format } from "../sparse/format.ts";
import { binary } from "../sparse/rows.ts";

/** Rows as they stand in a file. */
export interface NamedRows {
  /** [rows, features]. */
  readonly matrix: SparseMatrix;
  /** What rows are called: users, documents, or numbers from 0. */
  readonly rows: Dictionary;
  /** Undefined where features are numbers only. */
  readonly features: Dictionary | undefined;
}

/** The features of a model, in whose ids rows are read. */
export interface KnownFeatures {
  readonly count: number;
  readonly names: Dictionary | undefined;
}

/** Reads rows of whatever kind, in new ids or in those of a model. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readRows(
  path: string,
  told: Format | undefined,
  known: KnownFeatures | undefined,
): Promise<NamedRows> {
  const readers: Readonly<Record<Format, typeof readNumbers>> = {
    libsvm: readNumbers,
    table: readTable,
    lists: readLists,
    records: readRecords,
    text: readTexts,
  };
  return readers[told ?? (await detectFormat(path))](path, known);
}

async function readNumbers(path: string, known: KnownFeatures | undefined): Promise<NamedRows> {
  const { features } = await readMultiLabel(path, known === undefined ? {} : { features: known.count });
  return { matrix: features, rows: numbered(features.rows), features: known?.names };
}

async function readTable(path: string, known: KnownFeatures | undefined): Promise<NamedRows> {
  const options = { columns: { weight: false as const }, items: namesFrom(known) };
  const { matrix, users, items } = await readInteractions(path, options);
  return { matrix: binary(matrix), rows: users, features: items };
}

async function readLists(path: string, known: KnownFeatures | undefined): Promise<NamedRows> {
  const { matrix, items } = await readItemLists(path, { items: namesFrom(known) });
  return { matrix: binary(matrix), rows: numbered(matrix.rows), features: items };
}

async function readRecords(path: string, known: KnownFeatures | undefined): Promise<NamedRows> {
  const { text } = await readBags(path, { text: { as: "text", names: namesFrom(known) } });
  return { matrix: text.matrix, rows: numbered(text.matrix.rows), features: text.names };
}

async function readTexts(path: string, known: KnownFeatures | undefined): Promise<NamedRows> {
  const documents = await readDocuments(path);
  const { matrix, names } = bagsOf(
    documents.map(({ text }) => text),
    known?.names,
  );
  return { matrix, rows: distinct(documents.map(({ name }) => name)), features: names };
}

function namesFrom(known: KnownFeatures | undefined) {
  return known?.names === undefined ? {} : { dictionary: known.names, unknown: "skip" as const };
}

/** Names that come twice get a number. */
function distinct(names: readonly string[]): Dictionary {
  const dictionary = numbered(0);
  for (const name of names) {
    let unique = name;
    for (let i = 2; dictionary.idOf(unique) !== undefined; i += 1) unique = `${name} (${i})`;
    dictionary.add(unique);
  }
  return dictionary;
}
