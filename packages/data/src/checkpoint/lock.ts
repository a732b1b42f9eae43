import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WideheadError } from "@widehead/core";
import { attempt } from "../io.ts";
import { assertCheckpointFolder, LOCK } from "./folder.ts";

/**
 * Claims a checkpoint's folder for this process until disposal, so that two runs do not remove each other's files. The
 * claim of a process that has ended, on this machine, counts for nothing.
 *
 * @throws WideheadError ERR_IO where a running process holds it, and as {@link assertCheckpointFolder}
 */
export async function claimCheckpointFolder(folder: string): Promise<AsyncDisposable> {
  await assertCheckpointFolder(folder);
  const path = join(folder, LOCK);
  const holder = await attempt("a readable claim", path, () => holderOf(path));
  if (holder !== undefined && isRunning(holder)) throw claimed(folder, path, holder);
  if (holder !== undefined) await attempt("a claim that can be removed", path, () => rm(path, { force: true }));
  await attempt("a folder to claim", path, () => writeFile(path, String(process.pid), { flag: "wx" }));
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function holderOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function isRunning(holder: string): boolean {
  try {
    return process.kill(Number(holder), 0);
  } catch (error) {
    // Any other failure means a process that may not be signalled, or a claim that is just being written.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function claimed(folder: string, path: string, holder: string): WideheadError {
  const message = `checkpoint: folder must be free, got ${folder} in use by process ${holder}; if no run is going on there, remove ${path}`;
  return new WideheadError("ERR_IO", message, { argument: "folder", path: folder, expected: "free", actual: holder });
}
