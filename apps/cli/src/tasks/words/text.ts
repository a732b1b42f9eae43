import { rmSync, statSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeCorpus, splitDocuments, type TokenSource, tokensOf, Vocabulary } from "@widehead/data";
import type { Format } from "../sparse/format.ts";
import { type Corpus, readCorpus, sourceOf } from "./corpus.ts";
import { isSequences } from "./sequences.ts";

/** Bytes of the largest text that is held in memory, where its tokens take some twenty times as much. */
const largestInMemory = 64 * 2 ** 20;
/** How much shorter gzip makes a text. */
const gzipRatio = 4;

/** A text in parts, in the ids of the vocabulary of its training part; disposing it removes what it keeps on disk. */
export interface Text extends Disposable {
  readonly source: string;
  readonly fingerprint: string;
  readonly vocabulary: Vocabulary;
  readonly train: TokenSource;
  readonly validation: TokenSource;
  readonly test: TokenSource;
  /** True for a text too large for memory, whose tokens are on disk. */
  readonly isOnDisk: boolean;
}

export interface TextOptions {
  readonly data: string;
  /** Rarer words are `<unk>`. */
  readonly minimumCount: number;
  /** Of a text unless told; sequences of items are always held in memory. */
  readonly format?: Format;
  /** Bytes of the largest text that is held in memory. */
  readonly inMemory?: number;
}

/** True for a text that {@link openText} keeps on disk. */
export function isLarge(source: string, inMemory: number = largestInMemory): boolean {
  if (source === "sotu") return false;
  const size = statSync(source, { throwIfNoEntry: false })?.size ?? 0;
  return size * (source.endsWith(".gz") ? gzipRatio : 1) > inMemory;
}

/**
 * Reads a text, relative paths from `directory`: into memory, or where it is large into a temporary folder, 4 bytes a token.
 * Throws WideheadError ERR_IO, ERR_FORMAT.
 */
export async function openText(
  { data, minimumCount, format, inMemory }: TextOptions,
  directory: string,
): Promise<Text> {
  const source = sourceOf(data, directory);
  if (isSequences(format) || !isLarge(source, inMemory)) {
    return textOf(await readCorpus(data, directory, format), minimumCount);
  }
  const folder = await mkdtemp(join(tmpdir(), "widehead-text-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const corpus = await encodeCorpus(source, folder, { minimumCount });
    const dispose = (): void => {
      corpus[Symbol.dispose]();
      remove();
    };
    return { ...corpus, source, isOnDisk: true, [Symbol.dispose]: dispose };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A text in memory. Throws WideheadError ERR_FORMAT for too few documents or words. */
export function textOf({ source, fingerprint, documents }: Corpus, minimumCount: number): Text {
  const split = splitDocuments(documents);
  const vocabulary = Vocabulary.fromTokens(split.train.flat(), { minimumCount });
  const encoded = (part: readonly string[][]) => tokensOf(part.map((tokens) => vocabulary.encode(tokens)));
  return {
    source,
    fingerprint,
    vocabulary,
    train: encoded(split.train),
    validation: encoded(split.validation),
    test: encoded(split.test),
    isOnDisk: false,
    [Symbol.dispose]() {},
  };
}
