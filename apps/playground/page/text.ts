import { WideheadError } from "@widehead/core";
import address from "@widehead/data/assets/sotu.txt.gz?url";
import { ContextBatches, ContextDataset, tokenize, Vocabulary } from "@widehead/data/browser";
import { batchSize, context, seed } from "./shape.ts";

/** Latest addresses that are used, and how often a word must occur in them: some thousand words, read in a moment. */
const DOCUMENTS = 40;
const MINIMUM_COUNT = 5;

export interface Text {
  readonly vocabularySize: number;
  readonly batches: ContextBatches;
}

/** The State of the Union addresses as batches. Throws WideheadError ERR_IO where the server does not give them. */
export async function loadText(): Promise<Text> {
  return encode(await fetchText());
}

/** Throws WideheadError ERR_FORMAT for a text with too few words. */
export function encode(text: string): Text {
  const documents = text.split("\f").slice(-DOCUMENTS).map(tokenize);
  const vocabulary = Vocabulary.fromTokens(documents.flat(), { minimumCount: MINIMUM_COUNT });
  const ids = documents.map((tokens) => vocabulary.encode(tokens));
  const dataset = new ContextDataset(ids, { context, padding: vocabulary.sentenceEnd });
  return { vocabularySize: vocabulary.size, batches: new ContextBatches(dataset, { batchSize, seed }) };
}

async function fetchText(): Promise<string> {
  const response = await fetch(address);
  if (!response.ok || response.body === null) {
    const message = `expected the text at ${address}, got status ${response.status}`;
    throw new WideheadError("ERR_IO", message, { path: address, status: response.status });
  }
  // Some servers mark the file as compressed, so that the browser has undone it already.
  const bytes = await response.arrayBuffer();
  const [first, second] = new Uint8Array(bytes);
  const plain = new Blob([bytes]).stream();
  const gzipped = first === 0x1f && second === 0x8b;
  return new Response(gzipped ? plain.pipeThrough(new DecompressionStream("gzip")) : plain).text();
}
