import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { WideheadError } from "@widehead/core";
import { formatError, type Place, shown } from "../format-error.ts";
import { Growing } from "../growing.ts";
import { attempt } from "../io.ts";
import { ownCopy } from "../own-copy.ts";
import { optionError, wholeNumber } from "../require.ts";
import { forEachLine } from "../text-stream.ts";
import { numberField } from "./fields.ts";

/** Words, each with a vector. */
export interface WordVectors {
  readonly words: readonly string[];
  /** [words, dimensions], row-major. */
  readonly vectors: Float32Array;
  readonly dimensions: number;
}

export interface WordVectorsSource {
  readonly words: readonly string[];
  readonly dimensions: number;
  /** [words, dimensions], row-major, in blocks of whole rows, so that not all need be in memory. */
  readonly vectors: Float32Array | Iterable<Float32Array> | AsyncIterable<Float32Array>;
}

/**
 * Writes the text format of word2vec, which fastText and gensim read too: a line `words dimensions`, then a word and its
 * numbers a line, each in the fewest digits that give the same float32 back.
 *
 * @throws WideheadError ERR_OPTION for a word that is empty or has white space, or more or fewer rows than words;
 * ERR_NOT_FINITE, ERR_IO
 */
export async function writeWordVectors(path: string, source: WordVectorsSource): Promise<void> {
  wholeNumber("dimensions", source.dimensions, 1);
  for (const word of source.words) {
    if (word === "" || /\s/.test(word)) throw optionError("words", "words without white space", JSON.stringify(word));
  }
  await attempt("room for word vectors", path, () => pipeline(Readable.from(linesOf(source)), createWriteStream(path)));
}

async function* linesOf({ words, dimensions, vectors }: WordVectorsSource): AsyncGenerator<string> {
  yield `${words.length} ${dimensions}\n`;
  let row = 0;
  for await (const block of vectors instanceof Float32Array ? [vectors] : vectors) {
    for (let begin = 0; begin < block.length; begin += dimensions) {
      yield `${words[row]} ${Array.from(block.subarray(begin, begin + dimensions), shortest).join(" ")}\n`;
      row += 1;
    }
  }
  if (row !== words.length) throw optionError("vectors", `${words.length} rows, one a word`, row);
}

/** The fewest digits that give the same float32 back. */
function shortest(number: number): string {
  if (!Number.isFinite(number)) {
    const message = `writeWordVectors: vectors must be finite, got ${number}`;
    throw new WideheadError("ERR_NOT_FINITE", message, { argument: "vectors", actual: number });
  }
  for (let digits = 6; digits < 9; digits += 1) {
    const rounded = Number(number.toPrecision(digits));
    if (Math.fround(rounded) === number) return String(rounded);
  }
  return String(Number(number.toPrecision(9)));
}

/**
 * Reads word vectors in the text format of word2vec, or in that of GloVe, which has no first line of sizes; gzipped or not.
 *
 * @throws WideheadError ERR_IO; ERR_FORMAT with file and line for a line with another number of dimensions, a number that is
 * none, another number of words than the first line says, and a file without words
 */
export async function readWordVectors(path: string): Promise<WordVectors> {
  const words: string[] = [];
  const vectors = new Growing(Float32Array);
  let dimensions: number | undefined;
  let expected: number | undefined;
  await forEachLine(path, (line, number) => {
    const place = { path, line: number };
    const fields = line.trimEnd().split(" ");
    if (number === 1 && fields.length === 2 && fields.every((field) => /^\d+$/.test(field))) {
      [expected, dimensions] = fields.map(Number);
      return;
    }
    dimensions ??= fields.length - 1;
    checkWidth(fields, dimensions, place);
    words.push(ownCopy(fields[0]));
    for (let k = 1; k < fields.length; k += 1) vectors.push(numberField(fields[k], "a vector's component", place));
  });
  if (words.length === 0) throw formatError({ path }, "word vectors", "none");
  if (expected !== undefined && expected !== words.length) {
    throw formatError({ path }, `${expected} words, as its first line says,`, `${words.length}`);
  }
  return { words, vectors: vectors.view().slice(), dimensions: dimensions! };
}

function checkWidth(fields: readonly string[], dimensions: number, place: Place): void {
  if (fields.length === dimensions + 1 && dimensions > 0) return;
  throw formatError(place, `a word and ${Math.max(1, dimensions)} numbers`, shown(fields.join(" ")));
}
