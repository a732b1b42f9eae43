import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { formatError, shown } from "./format-error.ts";
import { attempt, ioError } from "./io.ts";

const CHUNK_BYTES = 1 << 18;
/** A line must fit into a string with room to spare. */
const LONGEST_LINE = 1 << 26;

/**
 * The text of a UTF-8 file, gzipped or not, in pieces of about 256 KiB: memory does not grow with the file.
 *
 * @throws WideheadError ERR_IO where the file cannot be read; ERR_FORMAT where it is no gzip after all, binary or not UTF-8
 */
export async function* readTextChunks(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (cause) {
      throw formatError({ path }, "UTF-8 text", "bytes that are not UTF-8", cause);
    }
  };
  for await (const bytes of readBytes(path)) {
    if (bytes.includes(0)) throw formatError({ path }, "UTF-8 text", "a binary file (it holds zero bytes)");
    yield decode(bytes);
  }
  yield decode();
}

/** Consecutive lines of a file, without their ends. */
export interface Lines {
  /** The number of the first, from 1. */
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * The lines of a UTF-8 file, gzipped or not, ended by LF or CR LF, in bounded memory; an empty piece after the last line
 * end is no line. Throws as {@link readTextChunks} does, and ERR_FORMAT for a line of more than 64 Mi characters.
 */
export async function* readLines(path: string): AsyncGenerator<Lines> {
  let first = 1;
  let rest = "";
  for await (const chunk of readTextChunks(path)) {
    rest += chunk;
    if (chunk.includes("\n")) {
      const lines = rest.split("\n");
      rest = lines.pop()!;
      yield { first, lines: lines.map(withoutReturn) };
      first += lines.length;
    } else if (rest.length > LONGEST_LINE) {
      throw formatError({ path, line: first }, `lines of at most ${LONGEST_LINE} characters`, shown(rest));
    }
  }
  if (rest !== "") yield { first, lines: [withoutReturn(rest)] };
}

/** Calls `visit` for every line with its number, from 1; returns the number of lines. Throws as {@link readLines} does. */
export async function forEachLine(path: string, visit: (line: string, number: number) => void): Promise<number> {
  let count = 0;
  for await (const { lines } of readLines(path)) {
    for (const line of lines) {
      count += 1;
      visit(line, count);
    }
  }
  return count;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const [first, second] = await firstBytes(path, 2);
  const gzipped = first === 0x1f && second === 0x8b;
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const bytes: Readable = gzipped ? pipeline(file, createGunzip({ chunkSize: CHUNK_BYTES }), () => {}) : file;
  try {
    yield* bytes as AsyncIterable<Uint8Array>;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.startsWith("Z_")) {
      throw formatError({ path }, "gzipped text", "a gzip file that is damaged or cut short", cause);
    }
    throw ioError("a readable text file", path, cause);
  } finally {
    file.destroy();
  }
}

/** The first bytes of a file, at most `count`, which tell what it is. Throws WideheadError ERR_IO. */
export function firstBytes(path: string, count: number): Promise<Uint8Array> {
  return attempt("a readable file", path, async () => {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  });
}
