import { formatError, type Place, shown } from "../format-error.ts";
import { splitFields } from "./fields.ts";

/** A column of a table: its name in the header, or its place from 0. */
export type Column = string | number;

/** What a table's columns may be called, in lower case, where the user does not say. */
export type KnownColumns = Readonly<Record<string, readonly string[]>>;

/** Where the fields of a table stand; undefined for one that it lacks. */
export interface Layout {
  readonly columns: Readonly<Record<string, number | undefined>>;
  /** Fields of each line. */
  readonly width: number;
  readonly hasHeader: boolean;
}

export interface LayoutOptions {
  readonly known: KnownColumns;
  /** Columns as the user names them. */
  readonly told: Readonly<Record<string, Column | undefined>>;
  /** Columns that are numbers, so that a first line with something else in their place is a header. */
  readonly numbers: readonly string[];
  /** Detected unless told. */
  readonly header: boolean | undefined;
}

/**
 * Finds the columns from the first line: by the names told, else by known names where it is a header, else in their
 * order in `known`. Throws ERR_FORMAT for a column told that is not there.
 */
export function layoutOf(first: readonly string[], options: LayoutOptions, place: Place): Layout {
  const { known, told, numbers } = options;
  const names = Object.keys(known);
  const named = (name: string): number => first.findIndex((cell) => known[name].includes(cell.trim().toLowerCase()));
  const recognised = names.filter((name) => named(name) >= 0);
  const isTextAt = (column: Column): boolean => typeof column === "number" && isText(first[column]);
  const hasHeader =
    options.header ??
    (names.some((name) => typeof told[name] === "string") ||
      recognised.length >= 2 ||
      numbers.some((name) => isTextAt(told[name] ?? names.indexOf(name))));
  const usesNames = hasHeader && recognised.length > 0;
  const columnOf = (name: string): number | undefined => {
    const wanted = told[name];
    if (wanted !== undefined) return columnTold(wanted, first, place);
    const column = usesNames ? named(name) : names.indexOf(name);
    return column >= 0 && column < first.length ? column : undefined;
  };
  const columns = Object.fromEntries(names.map((name) => [name, columnOf(name)]));
  return { columns, width: first.length, hasHeader };
}

/** The fields of a line, as many as the first line has. Throws ERR_FORMAT. */
export function fieldsOf(line: string, separator: string, width: number, place: Place): string[] {
  const fields = splitFields(line, separator, place);
  if (fields.length === width) return fields;
  throw formatError(place, `${width} fields, as in the first line,`, `${fields.length}: ${shown(line)}`);
}

/** The place of a column that must be there. Throws ERR_FORMAT. */
export function requiredColumn({ columns }: Layout, name: string, place: Place): number {
  const column = columns[name];
  if (column !== undefined) return column;
  throw formatError(place, `a column for the ${name}`, "none; say which it is");
}

function isText(cell: string | undefined): boolean {
  return cell !== undefined && (cell.trim() === "" || Number.isNaN(Number(cell)));
}

function columnTold(wanted: Column, first: readonly string[], place: Place): number {
  const column = typeof wanted === "string" ? first.indexOf(wanted) : wanted;
  if (column >= 0 && column < first.length) return column;
  const expected = typeof wanted === "string" ? `a column named ${shown(wanted)}` : `a column ${wanted}, from 0`;
  throw formatError(place, expected, `columns ${first.map(shown).join(", ")}`);
}
