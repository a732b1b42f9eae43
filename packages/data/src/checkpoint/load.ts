import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Snapshot, WideheadError } from "@widehead/core";
import { attempt } from "../io.ts";
import { readSafetensors } from "../safetensors/index.ts";
import { type CheckpointManifest, MANIFEST, parseManifest, type StoredFile } from "./manifest.ts";

export interface Checkpoint {
  readonly manifest: CheckpointManifest;
  /** Tensors are read from the file when their chunks are: use it before the next save in the same folder. */
  readonly snapshot: Snapshot;
  /** The text files saved with it, by name. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Opens a checkpoint after checking every byte of it against its manifest, in O(bytes) time and constant memory.
 *
 * @throws WideheadError ERR_IO where the folder, the manifest or a file is missing or unreadable; ERR_FORMAT where the
 * manifest is of another format or a version unknown here, or a file has been cut short or changed
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint> {
  const path = join(folder, MANIFEST);
  const text = await attempt("a checkpoint's manifest", path, () => readFile(path, "utf8"));
  const manifest = parseManifest(text, path);
  const data = await verified(folder, manifest.data);
  const files: [string, string][] = [];
  for (const [name, stored] of Object.entries(manifest.files)) {
    files.push([name, await readFile(await verified(folder, stored), "utf8")]);
  }
  const { tensors } = await readSafetensors(data);
  return { manifest, snapshot: { facts: manifest.facts, tensors }, files: Object.fromEntries(files) };
}

/** The path of a file whose bytes are those that were saved. */
async function verified(folder: string, stored: StoredFile): Promise<string> {
  const path = join(folder, stored.name);
  const { size } = await attempt("a file of the checkpoint", path, () => stat(path));
  if (size !== stored.bytes) throw changed(path, `${stored.bytes} bytes`, `${size} bytes`);
  const sha256 = await attempt("a readable file of the checkpoint", path, () => digestOf(path));
  if (sha256 !== stored.sha256) throw changed(path, `SHA-256 ${stored.sha256}`, `SHA-256 ${sha256}`);
  return path;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}

function changed(path: string, expected: string, actual: string): WideheadError {
  const message = `checkpoint: expected ${expected} in ${path}, got ${actual}; the file was cut short or changed since it was saved`;
  return new WideheadError("ERR_FORMAT", message, { path, expected, actual });
}
