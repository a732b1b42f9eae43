import { formatError } from "../format-error.ts";
import { forEachLine } from "../text-stream.ts";
import { numberField, separatorOf, splitFields } from "./fields.ts";
import { type Column, fieldsOf, type Layout, layoutOf, requiredColumn } from "./layout.ts";

/** Two words and how similar people find them. */
export interface WordPair {
  readonly first: string;
  readonly second: string;
  readonly score: number;
}

export interface WordPairsOptions {
  /** Whether the first line names the columns; detected unless told. */
  readonly header?: boolean;
  /** By usual names in the header, else in this order, unless told. */
  readonly columns?: { readonly first?: Column; readonly second?: Column; readonly score?: Column };
}

const KNOWN = {
  first: ["word1", "word 1", "first"],
  second: ["word2", "word 2", "second"],
  score: ["score", "simlex999", "similarity", "human (mean)", "mean", "rating"],
};

/**
 * Reads pairs of words with human scores from a table: `word1 word2 score`, with or without a header; SimLex-999's own
 * file and WordSim-353's among them, by the names of their columns.
 *
 * @throws WideheadError ERR_IO; ERR_FORMAT with file and line for a line of another width than the first, an empty word, a
 * score that is no finite number, and a file without pairs
 */
export async function readWordPairs(path: string, options: WordPairsOptions = {}): Promise<WordPair[]> {
  const pairs: WordPair[] = [];
  let layout: Layout | undefined;
  let separator = "";
  await forEachLine(path, (line, number) => {
    const place = { path, line: number };
    if (line.trim() === "") return;
    if (layout === undefined) {
      const { first, second, score } = options.columns ?? {};
      const told = { first, second, score };
      separator = separatorOf(line);
      const cells = splitFields(line, separator, place);
      layout = layoutOf(cells, { known: KNOWN, told, numbers: ["score"], header: options.header }, place);
      if (layout.hasHeader) return;
    }
    const fields = fieldsOf(line, separator, layout.width, place);
    const [first, second, score] = ["first", "second", "score"].map(
      (name) => fields[requiredColumn(layout!, name, place)],
    );
    if (first === "" || second === "") throw formatError(place, "two words", "an empty one");
    pairs.push({ first, second, score: numberField(score, "score", place) });
  });
  if (pairs.length === 0) throw formatError({ path }, "pairs of words", "none");
  return pairs;
}
