import { formatError, type Place, shown } from "../format-error.ts";

const SEPARATORS = ["\t", ",", ";", "::", " "];

/** The first of tab, comma, semicolon, double colon and space that a line has; a comma where it has none. */
export function separatorOf(line: string): string {
  return SEPARATORS.find((separator) => line.includes(separator)) ?? ",";
}

/**
 * The fields of a line: between tabs as they stand, between other separators quoted as in RFC 4180 where needed.
 * Throws ERR_FORMAT for a quote that is not closed in its line, or closed before its field ends.
 */
export function splitFields(line: string, separator: string, place: Place): string[] {
  if (separator === "\t" || !line.includes('"')) return line.split(separator);
  const fields: string[] = [];
  let begin = 0;
  while (begin <= line.length) {
    const end = line[begin] === '"' ? afterQuotes(line, begin, separator, place) : endOf(line, begin, separator);
    const field = line.slice(begin, end);
    fields.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    begin = end + separator.length;
  }
  return fields;
}

function endOf(line: string, begin: number, separator: string): number {
  const end = line.indexOf(separator, begin);
  return end < 0 ? line.length : end;
}

function afterQuotes(line: string, begin: number, separator: string, place: Place): number {
  let quote = line.indexOf('"', begin + 1);
  while (quote >= 0 && line[quote + 1] === '"') quote = line.indexOf('"', quote + 2);
  if (quote >= 0 && (quote + 1 === line.length || line.startsWith(separator, quote + 1))) return quote + 1;
  throw formatError(place, `a quoted field that ends in a quote before ${shown(separator)}`, shown(line.slice(begin)));
}

/** A finite number. Throws ERR_FORMAT. */
export function numberField(text: string, what: string, place: Place): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  throw formatError(place, `a number as ${what}`, shown(text));
}

/** A finite number of at least 0. Throws ERR_FORMAT. */
export function weightField(text: string, place: Place): number {
  const weight = numberField(text, "weight", place);
  if (weight >= 0) return weight;
  throw formatError(place, "a weight of at least 0", shown(text));
}

/** A whole number from 0 to 2³² − 1, below `limit`. Throws ERR_FORMAT. */
export function idField(text: string, what: string, limit: number, place: Place): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && id < limit) return id;
  throw formatError(place, `a whole number in 0 … ${limit - 1} as ${what}`, shown(text));
}
