import { createHash, type Hash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, replaceFile } from "../checkpoint/folder.ts";
import { formatError } from "../format-error.ts";
import { attempt } from "../io.ts";
import { PERIOD, partOf } from "../parts.ts";
import { wholeNumber } from "../require.ts";
import { tokenize } from "../tokenize.ts";
import { UNKNOWN, Vocabulary, type VocabularyOptions } from "../vocabulary.ts";
import { TokenFile } from "./file.ts";
import { readPieces } from "./pieces.ts";
import { WordCounter } from "./word-counter.ts";
import { TokenWriter } from "./writer.ts";

const PARTS = ["train", "validation", "test"] as const;
const FACTS = "corpus.json";
/** With room for one more document, still below what a Map can hold. */
const LARGEST_MOST_WORDS = 2 ** 23;

export interface EncodeOptions extends VocabularyOptions {
  /** Distinct words counted at one time, at most 2²³: beyond, the rarest are forgotten. 2²⁰ unless told. */
  readonly mostWords?: number;
  /** Called now and then with the tokens so far. */
  readonly onProgress?: (tokens: number) => void;
}

/** A text on disk as token ids, with the vocabulary of its training part. */
export interface EncodedCorpus extends Disposable {
  readonly vocabulary: Vocabulary;
  readonly train: TokenFile;
  readonly validation: TokenFile;
  readonly test: TokenFile;
  /** SHA-256 of the tokens. */
  readonly fingerprint: string;
}

/**
 * Encodes a text file larger than memory, gzipped or not, into a folder: 4 bytes a token on disk, memory for `mostWords`
 * words. It is tokenised once, under passing ids, which a second pass over the tokens replaces by the vocabulary's. Every
 * 20th document is test, the one before it validation; documents are cut as {@link readPieces} says. An occurrence that
 * was forgotten stays `<unk>`, even where its word is seen often later.
 *
 * @throws WideheadError ERR_OPTION, ERR_IO; ERR_FORMAT for a file that is no text, has fewer than 20 documents, or has
 * fewer than two words seen often enough
 */
export async function encodeCorpus(path: string, folder: string, options: EncodeOptions = {}): Promise<EncodedCorpus> {
  const counter = new WordCounter(wholeNumber("mostWords", options.mostWords ?? 2 ** 20, 2, LARGEST_MOST_WORDS));
  await attempt("a folder", folder, () => makeFolder(folder));
  // Without it, a crash leaves no folder that looks whole.
  await replaceFile(folder, FACTS, "{}");
  const writers: TokenWriter[] = [];
  try {
    for (const part of PARTS) writers.push(await TokenWriter.create(join(folder, `${part}.tokens`)));
    const hash = createHash("sha256");
    const documents = await writeDocuments(path, counter, writers, hash, options.onProgress);
    if (documents < PERIOD) {
      throw formatError({ path }, `at least ${PERIOD} documents, so that each part has one,`, `${documents}`);
    }
    const vocabulary = Vocabulary.fromCounts(withForgotten(counter), options);
    const table = counter.table((word) => vocabulary.idOf(word), vocabulary.unknown);
    for (const writer of writers) writer.replaceIds(table);
    const tokens = Object.fromEntries(PARTS.map((part, index) => [part, writers[index].length]));
    await replaceFile(folder, FACTS, JSON.stringify({ fingerprint: hash.digest("hex"), tokens, vocabulary }));
  } finally {
    for (const writer of writers) writer[Symbol.dispose]();
  }
  return openCorpus(folder);
}

/** Opens what {@link encodeCorpus} wrote. Throws WideheadError ERR_IO, and ERR_FORMAT where it is not whole. */
export async function openCorpus(folder: string): Promise<EncodedCorpus> {
  const path = join(folder, FACTS);
  const text = await attempt("an encoded corpus", path, () => readFile(path, "utf8"));
  const { fingerprint, tokens, vocabulary } = factsOf(text, path);
  const files: TokenFile[] = [];
  const dispose = (): void => {
    for (const file of files) file[Symbol.dispose]();
  };
  try {
    for (const part of PARTS) files.push(await TokenFile.open(join(folder, `${part}.tokens`), tokens[part]));
    const [train, validation, test] = files;
    return { vocabulary, train, validation, test, fingerprint, [Symbol.dispose]: dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

async function writeDocuments(
  path: string,
  counter: WordCounter,
  writers: readonly TokenWriter[],
  hash: Hash,
  onProgress: EncodeOptions["onProgress"],
): Promise<number> {
  let documents = 0;
  let tokens = 0;
  for await (const piece of readPieces(path)) {
    const words = tokenize(piece);
    if (words.length === 0) continue;
    hash.update(words.join(" ")).update("\n");
    const part = PARTS.indexOf(partOf(documents));
    // A word of the other parts needs an id, since it may come in training later, but no count.
    writers[part].add(words.map((word) => counter.add(word, part === 0 ? 1 : 0)));
    if (counter.isFull) {
      const table = counter.forget();
      for (const writer of writers) writer.replaceIds(table);
    }
    documents += 1;
    tokens += words.length;
    if (documents % 100 === 0) onProgress?.(tokens);
  }
  return documents;
}

function* withForgotten(counter: WordCounter): Generator<readonly [string, number]> {
  let unknown = counter.forgotten;
  for (const [word, count] of counter.counts()) {
    if (word === UNKNOWN) unknown += count;
    else yield [word, count];
  }
  yield [UNKNOWN, unknown];
}

interface Facts {
  readonly fingerprint: string;
  readonly tokens: Readonly<Record<(typeof PARTS)[number], number>>;
  readonly vocabulary: Vocabulary;
}

function factsOf(text: string, path: string): Facts {
  try {
    const { fingerprint, tokens, vocabulary } = JSON.parse(text) as Record<string, unknown>;
    const counts = tokens as Facts["tokens"];
    const valid = typeof fingerprint === "string" && PARTS.every((part) => Number.isSafeInteger(counts[part]));
    if (valid) return { fingerprint, tokens: counts, vocabulary: Vocabulary.fromJSON(vocabulary) };
  } catch (cause) {
    throw formatError({ path }, "the facts of an encoded corpus", "something else", cause);
  }
  throw formatError({ path }, "the facts of an encoded corpus", "something else");
}
