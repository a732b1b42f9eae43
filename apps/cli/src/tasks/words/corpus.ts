import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { readDocuments, tokenize } from "@widehead/data";
import type { Format } from "../sparse/format.ts";
import { isSequences, readSequences } from "./sequences.ts";

/** A text cut into documents of tokens, or sequences of items. */
export interface Corpus {
  /** As {@link sourceOf} says. */
  readonly source: string;
  readonly documents: readonly string[][];
  /** SHA-256 of the tokens. */
  readonly fingerprint: string;
}

/** "sotu", or an absolute path. */
export function sourceOf(data: string, directory: string): string {
  return data === "sotu" ? data : resolve(directory, data);
}

/** Reads a corpus, a text tokenised, relative paths from `directory`. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readCorpus(data: string, directory: string, format?: Format): Promise<Corpus> {
  const source = sourceOf(data, directory);
  const documents = isSequences(format)
    ? await readSequences(source, format)
    : (await readDocuments(source)).map(({ text }) => tokenize(text));
  const hash = createHash("sha256");
  for (const tokens of documents) hash.update(tokens.join(" ")).update("\n");
  return { source, documents, fingerprint: hash.digest("hex") };
}
