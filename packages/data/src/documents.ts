import { fileURLToPath } from "node:url";
import { readText } from "./text.ts";

/** A text that is kept whole when data is split: an address, a chapter, a run of verses. */
export interface Document {
  readonly name: string;
  readonly text: string;
}

const SOTU = new URL("../assets/sotu.txt.gz", import.meta.url);
/** With fewer paragraphs than this, one held out in twenty would say little: lines are the better unit. */
const FEWEST_PARAGRAPHS = 40;
const RUNS_OF_LINES = 200;

/**
 * Reads the documents of a corpus: "sotu", the State of the Union addresses that come with this package, or the path of
 * a UTF-8 text file, gzipped or not ("./sotu" for a file of that name), cut by {@link cutDocuments}.
 *
 * @throws WideheadError ERR_IO where the file cannot be read; ERR_FORMAT where it is blank, binary, damaged or not UTF-8
 */
export async function readDocuments(source: string): Promise<Document[]> {
  return cutDocuments(await readText(source === "sotu" ? fileURLToPath(SOTU) : source));
}

/**
 * Cuts a text into documents: at form feeds, whose line names the document that follows; without any, at blank lines;
 * with fewer than 40 paragraphs, into at most 200 runs of consecutive lines.
 */
export function cutDocuments(text: string): Document[] {
  if (text.includes("\f")) return namedPieces(text);
  const paragraphs = numbered(text.split(/\n\s*\n/));
  if (paragraphs.length >= FEWEST_PARAGRAPHS) return paragraphs;
  const runs = numbered(runsOfLines(text.trim().split("\n")));
  return runs.length > paragraphs.length ? runs : paragraphs;
}

function namedPieces(text: string): Document[] {
  const [unnamed, ...pieces] = text.split("\f");
  const documents = [{ name: "", text: unnamed! }, ...pieces.map(splitOffName)];
  return documents
    .map(({ name, text }, index) => ({ name: name.trim() || `part ${index}`, text: text.trim() }))
    .filter(({ text }) => text !== "");
}

function splitOffName(piece: string): Document {
  const lineEnd = piece.indexOf("\n");
  return lineEnd < 0 ? { name: "", text: piece } : { name: piece.slice(0, lineEnd), text: piece.slice(lineEnd + 1) };
}

function runsOfLines(lines: readonly string[]): string[] {
  const count = Math.min(RUNS_OF_LINES, lines.length);
  const start = (run: number): number => Math.floor((run * lines.length) / count);
  return Array.from({ length: count }, (_, run) => lines.slice(start(run), start(run + 1)).join("\n"));
}

function numbered(pieces: readonly string[]): Document[] {
  return pieces
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "")
    .map((text, index) => ({ name: `part ${index + 1}`, text }));
}
