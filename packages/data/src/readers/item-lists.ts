import type { Dictionary } from "../dictionary.ts";
import { formatError, type Place } from "../format-error.ts";
import { wholeNumber } from "../require.ts";
import { type Repeated, RowCollector } from "../sparse/collect.ts";
import type { SparseMatrix } from "../sparse/matrix.ts";
import { forEachLine } from "../text-stream.ts";
import { idField } from "./fields.ts";
import { NameReader, type NamesOptions } from "./names.ts";

export interface ItemListsOptions {
  /** Names, with an id for each in a dictionary, or numbers that are ids already: numbers unless told. */
  readonly items?: "numbers" | NamesOptions;
  /** Where items are numbers: how many there are, one more than the largest unless told. */
  readonly columns?: number;
  /** Whether each line begins with the number of its items. False unless told. */
  readonly leadingCount?: boolean;
  /** "reject" unless told. */
  readonly repeated?: Repeated;
}

export interface ItemLists {
  /** [lines, items], without values unless repeats are summed. */
  readonly matrix: SparseMatrix;
  /** Undefined where items are numbers. */
  readonly items: Dictionary | undefined;
  /** Unknown items left out. */
  readonly skipped: number;
}

/**
 * Reads one user a line, items separated by white space, gzipped or not: line k, from 0, is user k, and an empty line is a
 * user without items. Memory: 8 bytes an item.
 *
 * @throws WideheadError ERR_IO, ERR_OPTION; ERR_FORMAT with file and line for an id that is no whole number below
 * `columns`, an unknown name or a repeated item where those are rejected, a wrong leading count, and a file without items
 */
export async function readItemLists(path: string, options: ItemListsOptions = {}): Promise<ItemLists> {
  const { items = "numbers", columns, leadingCount = false, repeated = "reject" } = options;
  if (columns !== undefined) wholeNumber("columns", columns, 1);
  const names = items === "numbers" ? undefined : new NameReader("item", items);
  const collector = new RowCollector(repeated);
  await forEachLine(path, (line, number) => {
    const place = { path, line: number };
    const words = line.split(/\s+/).filter((word) => word !== "");
    if (leadingCount) checkCount(words.shift(), words.length, place);
    const ids =
      names === undefined
        ? words.map((word) => idField(word, "item", columns ?? 2 ** 32, place))
        : words.map((word) => names.idOf(word, place)).filter((id) => id !== undefined);
    collector.add(ids, undefined, (entry) =>
      formatError(place, "each item once", `${names?.dictionary.nameOf(ids[entry]) ?? ids[entry]} twice`),
    );
  });
  if (collector.width === 0) throw formatError({ path }, "at least one user with an item", "none");
  const matrix = collector.build(names?.dictionary.size ?? columns ?? collector.width);
  return { matrix, items: names?.dictionary, skipped: names?.skipped ?? 0 };
}

function checkCount(count: string | undefined, items: number, place: Place): void {
  if (count === String(items)) return;
  throw formatError(place, `a line that begins with its number of items, ${items}`, count ?? "an empty line");
}
