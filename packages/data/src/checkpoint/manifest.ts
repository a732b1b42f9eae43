import { createHash } from "node:crypto";
import { type Json, WideheadError } from "@widehead/core";

export const MANIFEST = "manifest.json";
const FORMAT = "widehead-checkpoint";
const FORMAT_VERSION = 1;

/** A file of a checkpoint, named by its content. */
export interface StoredFile {
  /** Its name in the checkpoint's folder. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/** What `manifest.json` says about a checkpoint; it is written last, and what it names is the checkpoint. */
export interface CheckpointManifest {
  readonly format: "widehead-checkpoint";
  readonly formatVersion: 1;
  /** Version of @widehead/data that wrote it. */
  readonly libraryVersion: string;
  /** Free fields of the program that wrote it. */
  readonly createdBy: { readonly [key: string]: Json };
  readonly facts: { readonly [key: string]: Json };
  /** The tensors, as safetensors. */
  readonly data: StoredFile;
  /** Further files, by the name that the program gave them. */
  readonly files: { readonly [name: string]: StoredFile };
  /** SHA-256 of the fields above, as JSON without spaces. */
  readonly sha256: string;
}

/**
 * The text of a manifest.
 *
 * @throws WideheadError ERR_NOT_FINITE for a number that JSON cannot hold
 */
export function encodeManifest(fields: Omit<CheckpointManifest, "format" | "formatVersion" | "sha256">): string {
  const body = { format: FORMAT, formatVersion: FORMAT_VERSION, ...fields };
  // The checksum is of what a reader will parse, so that it does not depend on what JSON drops.
  const compact = JSON.stringify(body, assertFinite);
  return `${JSON.stringify({ ...JSON.parse(compact), sha256: digest(compact) }, null, 2)}\n`;
}

/**
 * Parses and checks a manifest.
 *
 * @throws WideheadError ERR_FORMAT for another format or version, or contents that are not as they were written
 */
export function parseManifest(text: string, path: string): CheckpointManifest {
  const manifest = parseObject(text, path);
  if (manifest.format !== FORMAT) throw manifestError(path, "format", FORMAT, manifest.format);
  if (manifest.formatVersion !== FORMAT_VERSION) {
    throw manifestError(path, "formatVersion", FORMAT_VERSION, manifest.formatVersion);
  }
  const { sha256, ...body } = manifest;
  const expected = digest(JSON.stringify(body));
  if (sha256 !== expected) throw manifestError(path, "sha256", expected, sha256);
  for (const { name } of [manifest.data, ...Object.values(manifest.files)]) {
    if (!isPlainName(name)) throw manifestError(path, "file name", "a name without folders", name);
  }
  return manifest;
}

/** True where a text is a manifest of a checkpoint, of any version. */
export function isManifest(text: string): boolean {
  try {
    return parseObject(text, MANIFEST).format === FORMAT;
  } catch {
    return false;
  }
}

/** True for a file name that stays in its folder on every system. */
export function isPlainName(name: string): boolean {
  return /^\w[\w-]*(\.[\w-]+)*$/.test(name);
}

function parseObject(text: string, path: string): CheckpointManifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw manifestError(path, "content", "JSON", text.slice(0, 40), cause);
  }
  if (typeof parsed !== "object" || parsed === null) throw manifestError(path, "content", "a JSON object", parsed);
  return parsed as CheckpointManifest;
}

function manifestError(
  path: string,
  field: string,
  expected: unknown,
  actual: unknown,
  cause?: unknown,
): WideheadError {
  const message = `checkpoint: ${path} must have ${field} ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
  return new WideheadError("ERR_FORMAT", message, { path, field, expected, actual }, { cause });
}

function assertFinite(key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  const message = `checkpoint: numbers in facts and createdBy must be finite, got ${value} for ${key}`;
  throw new WideheadError("ERR_NOT_FINITE", message, { argument: key, actual: value });
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
