import { readDocuments } from "@widehead/data";
import { wrongUse } from "../../grammar/parse.ts";
import type { Format } from "../sparse/format.ts";

/** Whether a file holds sequences of items rather than a text. Throws WideheadError ERR_OPTION. */
export function isSequences(format: Format | undefined): boolean {
  if (format === undefined || format === "text") return false;
  if (format === "lists" || format === "table") return true;
  throw wrongUse("--format", "text, lists or table for embeddings", format);
}

/**
 * Sequences of items, gzipped or not: of lists one a line, items between white space; of a table those of each user, who
 * stand with an item in the first two columns, in the order of the lines. Throws WideheadError ERR_IO, ERR_FORMAT.
 */
export async function readSequences(path: string, format: Format | undefined): Promise<string[][]> {
  const documents = await readDocuments(path);
  const rows = documents.flatMap(({ text }) => text.split(/\r?\n/)).filter((line) => line.trim() !== "");
  if (format === "lists") return rows.map((line) => line.trim().split(/\s+/));
  const pairs = rows.map(fieldsOf);
  const isHeader = /user/i.test(pairs[0]?.[0] ?? "");
  return itemsByUser(isHeader ? pairs.slice(1) : pairs);
}

function fieldsOf(line: string): string[] {
  const separator = ["\t", "::", ";", ","].find((candidate) => line.includes(candidate)) ?? /\s+/;
  return line.split(separator).map((field) => field.trim());
}

function itemsByUser(pairs: readonly (readonly string[])[]): string[][] {
  const items = new Map<string, string[]>();
  for (const [user = "", item = ""] of pairs) {
    const sequence = items.get(user);
    if (sequence === undefined) items.set(user, [item]);
    else sequence.push(item);
  }
  return [...items.values()];
}
