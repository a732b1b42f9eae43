import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { ContextDataset, readDocuments, tokenize, type Vocabulary } from "@widehead/data";
import type { EncodedText } from "@widehead/network";

/** A text, cut into documents of tokens. */
export interface Corpus {
  /** "sotu" or an absolute path. */
  readonly source: string;
  readonly documents: readonly string[][];
  /** SHA-256 of the tokens. */
  readonly fingerprint: string;
}

/** Documents as ids: as one text, and as examples. */
export interface EncodedPart {
  readonly text: EncodedText;
  readonly dataset: ContextDataset;
}

/** Reads and tokenises a corpus, relative paths from `directory`. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function readCorpus(data: string, directory: string): Promise<Corpus> {
  const source = data === "sotu" ? data : resolve(directory, data);
  const documents = (await readDocuments(source)).map(({ text }) => tokenize(text));
  const hash = createHash("sha256");
  for (const tokens of documents) hash.update(tokens.join(" ")).update("\n");
  return { source, documents, fingerprint: hash.digest("hex") };
}

export function encodeDocuments(documents: readonly string[][], vocabulary: Vocabulary, context: number): EncodedPart {
  const encoded = documents.map((tokens) => vocabulary.encode(tokens));
  const start = vocabulary.sentenceEnd;
  return {
    text: { ids: concatenate(encoded), start },
    dataset: new ContextDataset(encoded, { context, padding: start }),
  };
}

function concatenate(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
