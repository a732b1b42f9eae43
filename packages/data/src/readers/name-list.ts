import { Dictionary } from "../dictionary.ts";
import { formatError, shown } from "../format-error.ts";
import { forEachLine } from "../text-stream.ts";

/**
 * Reads names, one a line, gzipped or not: that of id k is on line k + 1, as in the files of labels and features that come
 * with the extreme classification repository's sets. Throws WideheadError ERR_IO, ERR_MEMORY; ERR_FORMAT for an empty
 * name or one that came before, and for a file without names.
 */
export async function readNames(path: string): Promise<Dictionary> {
  const dictionary = new Dictionary();
  await forEachLine(path, (line, number) => {
    const place = { path, line: number };
    if (line === "") throw formatError(place, "a name", "an empty line");
    if (dictionary.add(line) !== number - 1) throw formatError(place, "each name once", `${shown(line)} again`);
  });
  if (dictionary.size === 0) throw formatError({ path }, "names", "none");
  return dictionary;
}
