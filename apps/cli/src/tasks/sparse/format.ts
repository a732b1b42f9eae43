import { open } from "node:fs/promises";
import { constants, gunzipSync } from "node:zlib";
import { WideheadError } from "@widehead/core";
import type { Values } from "../../grammar/options.ts";

export type Format = Values["format"];

/** As much of a file as tells what it is. */
const beginning = 1 << 16;

/**
 * What a file holds, from its beginning: parquet or JSON lines ("records"), libsvm's `feature:value`, tables with a
 * separator, lists of ids of different lengths, else text. Throws WideheadError ERR_IO.
 */
export async function detectFormat(path: string): Promise<Format> {
  const bytes = unzipped(await firstBytes(path));
  const text = bytes.toString("latin1");
  if (text.startsWith("PAR1")) return "records";
  const complete = text.includes("\n") ? text.slice(0, text.lastIndexOf("\n")) : text;
  const lines = complete.split(/\r?\n/).filter((line) => line.trim() !== "");
  const first = lines[0] ?? "";
  if (first.trimStart().startsWith("{")) return "records";
  if (lines.slice(0, 3).some((line) => /(^|\s)\d+:[-+.\d]/.test(line))) return "libsvm";
  if (/[\t,;]|::/.test(first)) return isTable(lines) ? "table" : "text";
  return isNumbers(lines) ? (isTable(lines) ? "table" : "lists") : "text";
}

/** Every line has as many fields, and few of them. */
function isTable(lines: readonly string[]): boolean {
  const widths = new Set(lines.map((line) => line.split(/\t|::|[,;]|\s+/).length));
  const [width = 0] = widths;
  return widths.size === 1 ? width <= 4 : /\t|::/.test(lines[0]!) || /^[^,;\s]+[,;][^,;\s]+/.test(lines[0]!);
}

function isNumbers(lines: readonly string[]): boolean {
  return lines.every((line) => /^[\d\s]+$/.test(line));
}

function unzipped(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Its reader will say what is wrong with the file.
    return bytes;
  }
}

async function firstBytes(path: string): Promise<Buffer> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(beginning), 0, beginning, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WideheadError("ERR_IO", `data: expected a readable file at ${path}, got: ${reason}`, { path }, { cause });
  }
}
