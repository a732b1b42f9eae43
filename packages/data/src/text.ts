import { constants } from "node:buffer";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { WideheadError } from "@widehead/core";
import { attempt } from "./io.ts";

const decompress = promisify(gunzip);

/**
 * Reads a UTF-8 text file, gzipped or not, with line ends as "\n".
 *
 * @throws WideheadError ERR_IO where the file cannot be read; ERR_FORMAT where it is no gzip after all, binary, not UTF-8,
 * longer than a string can be, or blank
 */
export async function readText(path: string): Promise<string> {
  const text = decode(await readBytes(path), path).replaceAll("\r\n", "\n");
  if (text.trim() === "") throw formatError(path, "some text", "a blank file");
  return text;
}

async function readBytes(path: string): Promise<Uint8Array> {
  const bytes: Uint8Array = await attempt("a readable text file", path, () => readFile(path));
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!gzipped) return bytes;
  try {
    return await decompress(bytes);
  } catch (cause) {
    throw formatError(path, "gzipped text", "a gzip file that is damaged or cut short", cause);
  }
}

function decode(bytes: Uint8Array, path: string): string {
  if (bytes.includes(0)) throw formatError(path, "UTF-8 text", "a binary file (it holds zero bytes)");
  if (bytes.length > constants.MAX_STRING_LENGTH) {
    throw formatError(path, `at most ${constants.MAX_STRING_LENGTH} bytes of text`, `${bytes.length} bytes`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw formatError(path, "UTF-8 text", "bytes that are not UTF-8", cause);
  }
}

function formatError(path: string, expected: string, actual: string, cause?: unknown): WideheadError {
  const message = `data: expected ${expected} in ${path}, got ${actual}`;
  return new WideheadError("ERR_FORMAT", message, { path, expected, actual }, { cause });
}
