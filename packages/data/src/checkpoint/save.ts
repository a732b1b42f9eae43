import { readFile } from "node:fs/promises";
import { type Json, type Snapshot, WideheadError } from "@widehead/core";
import { safetensorsChunks } from "../safetensors/index.ts";
import { assertCheckpointFolder, removeStale, replaceFile, storeByContent, syncFolder } from "./folder.ts";
import { encodeManifest, isPlainName, MANIFEST, type StoredFile } from "./manifest.ts";

const DATA = "data.safetensors";

export interface CheckpointExtras {
  /** Free fields about the program and the run. */
  readonly createdBy?: { readonly [key: string]: Json };
  /** Small text files that belong to the checkpoint, by name: `{ "vocabulary.json": … }`. */
  readonly files?: Readonly<Record<string, string>>;
}

/**
 * Saves a snapshot as a checkpoint in a folder, in place of the one there. Tensors are written chunk by chunk. A crash at
 * any point leaves the old or the new checkpoint: all files are new ones, the manifest that names them is replaced last,
 * and only then are the old ones removed.
 *
 * @throws WideheadError ERR_IO where the folder holds something else or cannot be written to; ERR_OPTION for a file name
 * that is not plain; ERR_NOT_FINITE for a number that JSON cannot hold; ERR_SHAPE and ERR_OPTION for tensors that contradict
 * themselves. The checkpoint before is then still there.
 */
export async function saveCheckpoint(folder: string, snapshot: Snapshot, extras: CheckpointExtras = {}): Promise<void> {
  const { createdBy = {}, files = {} } = extras;
  for (const name of Object.keys(files)) assertFileName(name);
  await assertCheckpointFolder(folder);

  const data = await storeByContent(folder, DATA, safetensorsChunks(snapshot.tensors));
  const stored = new Map<string, StoredFile>();
  for (const [name, content] of Object.entries(files)) {
    stored.set(name, await storeByContent(folder, name, [Buffer.from(content)]));
  }
  const libraryVersion = await readVersion();
  const { facts } = snapshot;
  const manifest = encodeManifest({ libraryVersion, createdBy, facts, data, files: Object.fromEntries(stored) });
  await syncFolder(folder);
  await replaceFile(folder, MANIFEST, manifest);
  await syncFolder(folder);
  await removeStale(folder, stored.set(DATA, data));
}

function assertFileName(name: string): void {
  if (isPlainName(name) && name !== DATA) return;
  const message = `saveCheckpoint: files must have plain names other than ${DATA}, got ${JSON.stringify(name)}`;
  throw new WideheadError("ERR_OPTION", message, { argument: "files", actual: name });
}

async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
  return version;
}
