import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, parse } from "node:path";
import { WideheadError } from "@widehead/core";
import { attempt } from "../io.ts";
import { isManifest, MANIFEST, type StoredFile } from "./manifest.ts";

/** The file that says which process saves here. */
export const LOCK = ".widehead.lock";
const TEMPORARY = /^\.widehead-[0-9a-f]{16}\.tmp$/;
const STORED = /^(?<stem>.+)-[0-9a-f]{16}(?<extension>\.\w+)?$/;

/**
 * Makes sure that a checkpoint may be saved in a folder: makes it, with its parents, where there is none, and lets it be
 * where it is empty or holds a checkpoint, perhaps an unfinished one.
 *
 * @throws WideheadError ERR_IO where it holds something else, is no folder or cannot be made; then nothing has changed
 */
export async function assertCheckpointFolder(folder: string): Promise<void> {
  await attempt("a folder", folder, () => makeFolder(folder));
  const names = await attempt("a readable folder", folder, () => readdir(folder));
  if (names.every((name) => name === LOCK || TEMPORARY.test(name) || STORED.test(name))) return;
  if (names.includes(MANIFEST)) {
    const path = join(folder, MANIFEST);
    if (isManifest(await attempt("a readable file", path, () => readFile(path, "utf8")))) return;
  }
  throw new WideheadError(
    "ERR_IO",
    `checkpoint: folder must be new, empty or a checkpoint, got ${folder} that holds ${names.slice(0, 3).join(", ")}`,
    { argument: "folder", path: folder, expected: "a new, empty or checkpoint folder", actual: names.slice(0, 10) },
  );
}

/** Makes a folder and its parents. Node's own `recursive` never returns where the system denies that a parent is there (/proc). */
export async function makeFolder(path: string, makeParents = true): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || !makeParents || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path, false);
  }
}

/**
 * Writes a file under a name made of its name and content, so that it replaces no other content: a temporary file,
 * brought to the disk, then renamed.
 */
export async function storeByContent(folder: string, name: string, chunks: Chunks): Promise<StoredFile> {
  const { temporary, bytes, sha256 } = await writeTemporary(folder, chunks);
  const { name: stem, ext } = parse(name);
  const stored = { name: `${stem}-${sha256.slice(0, 16)}${ext}`, bytes, sha256 };
  await move(temporary, join(folder, stored.name));
  return stored;
}

/** Replaces a file at once: after a crash it is the old one or the new one. */
export async function replaceFile(folder: string, name: string, content: string): Promise<void> {
  const { temporary } = await writeTemporary(folder, [Buffer.from(content)]);
  await move(temporary, join(folder, name));
}

/** Brings a folder's entries to the disk, where the system knows how. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await attempt("a readable folder", folder, () => open(folder, "r"));
  try {
    await attempt("a folder that can be synchronised", folder, () => handle.sync());
  } finally {
    await handle.close();
  }
}

/** Removes temporary files, and earlier contents of the files named; what cannot be removed is left to the next save. */
export async function removeStale(folder: string, files: ReadonlyMap<string, StoredFile>): Promise<void> {
  const names = await attempt("a readable folder", folder, () => readdir(folder));
  const stale = names.filter((name) => TEMPORARY.test(name) || isEarlier(name, files));
  await Promise.allSettled(stale.map((name) => rm(join(folder, name), { force: true })));
}

function isEarlier(name: string, files: ReadonlyMap<string, StoredFile>): boolean {
  const { stem, extension = "" } = STORED.exec(name)?.groups ?? {};
  const current = files.get(`${stem}${extension}`);
  return current !== undefined && current.name !== name;
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Temporary {
  readonly temporary: string;
  readonly bytes: number;
  readonly sha256: string;
}

async function writeTemporary(folder: string, chunks: Chunks): Promise<Temporary> {
  const temporary = join(folder, `.widehead-${randomBytes(8).toString("hex")}.tmp`);
  const handle = await attempt("a folder that can be written to", folder, () => open(temporary, "wx"));
  try {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      await attempt("room for the checkpoint", folder, () => handle.writeFile(chunk));
    }
    await attempt("a file that can be synchronised", folder, () => handle.sync());
    await handle.close();
    return { temporary, bytes, sha256: hash.digest("hex") };
  } catch (error) {
    await handle.close();
    // What cannot be removed now goes with the next save; the first error is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

function move(from: string, to: string): Promise<void> {
  return attempt("a file that can be replaced", to, () => rename(from, to));
}
