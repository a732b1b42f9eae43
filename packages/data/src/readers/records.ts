import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { formatError, type Place, shown } from "../format-error.ts";
import { attempt } from "../io.ts";
import { firstBytes, readLines } from "../text-stream.ts";

/** A line of JSON, or a row of a parquet file. */
export type DataRecord = Readonly<Record<string, unknown>>;

/** Consecutive records of a file. */
export interface Records {
  /** The line or row of each, from 1. */
  readonly lines: readonly number[];
  readonly records: readonly DataRecord[];
}

/** What a file of records or lines is: parquet begins with "PAR1", and JSON lines with a brace. */
export async function recordFormatOf(path: string): Promise<"parquet" | "json lines" | "other"> {
  if (Buffer.from(await firstBytes(path, 4)).toString("latin1") === "PAR1") return "parquet";
  for await (const { lines } of readLines(path)) {
    const first = lines.find((line) => line.trim() !== "");
    if (first !== undefined) return first.trimStart().startsWith("{") ? "json lines" : "other";
  }
  return "other";
}

/**
 * The records of a file of JSON lines, gzipped or not, or of a parquet file, of which one row group is in memory at a time.
 *
 * @throws WideheadError ERR_IO; ERR_FORMAT with file and line for a line that is no JSON object, and for damaged parquet
 */
export async function* readRecords(path: string): AsyncGenerator<Records> {
  if ((await recordFormatOf(path)) === "parquet") yield* parquetRecords(path);
  else yield* jsonRecords(path);
}

async function* jsonRecords(path: string): AsyncGenerator<Records> {
  for await (const { first, lines } of readLines(path)) {
    const numbers = lines.map((_, index) => first + index).filter((line) => lines[line - first].trim() !== "");
    yield { lines: numbers, records: numbers.map((line) => parse(lines[line - first], { path, line })) };
  }
}

function parse(text: string, place: Place): DataRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw formatError(place, "a JSON object", shown(text), cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as DataRecord;
  throw formatError(place, "a JSON object", shown(text));
}

async function* parquetRecords(path: string): AsyncGenerator<Records> {
  const file = await attempt("a readable file", path, () => asyncBufferFromFile(path));
  const metadata = await undamaged(path, () => parquetMetadataAsync(file));
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    const records = await undamaged(path, () => parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd }));
    const before = rowStart;
    yield { lines: records.map((_, index) => before + index + 1), records };
    rowStart = rowEnd;
  }
}

async function undamaged<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw formatError({ path }, "a parquet file", "one that is damaged or of an unknown kind", cause);
  }
}

/** A field of a record. Throws ERR_FORMAT where the record lacks it. */
export function fieldOf(record: DataRecord, field: string, place: Place): unknown {
  if (field in record) return record[field];
  throw formatError(place, `a field ${shown(field)}`, `fields ${Object.keys(record).map(shown).join(", ")}`);
}

/** A string, or a number as one. Throws ERR_FORMAT. */
export function nameField(value: unknown, what: string, place: Place): string {
  if (typeof value === "string") return value;
  if (typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value))) return String(value);
  throw formatError(place, `a string or a number as ${what}`, describe(value));
}

export function describe(value: unknown): string {
  return shown(typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? typeof value));
}
