import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { assertCheckpointFolder } from "@widehead/data";
import { wrongUse } from "../grammar/parse.ts";

/**
 * The folder of a new run, which holds nothing yet: `out`, or the first free one of runs/TASK, runs/TASK-2, …
 *
 * @throws WideheadError ERR_OPTION where `out` holds a model; ERR_IO where it holds something else
 */
export async function newRunFolder(task: string, out: string | undefined, directory: string): Promise<string> {
  if (out === undefined) return defaultFolder(task, directory, takenByDefault(task, directory));
  const folder = resolve(directory, out);
  if (!existsSync(folder)) return folder;
  await assertCheckpointFolder(folder);
  if (!existsSync(join(folder, "manifest.json"))) return folder;
  throw wrongUse(
    "--out",
    "a folder without a model, or --resume to go on with the one there",
    `${out}, which holds a model`,
  );
}

/** The folder of a run to go on with: `out`, or the last of the default ones. Throws WideheadError ERR_OPTION. */
export function oldRunFolder(task: string, out: string | undefined, directory: string): string {
  if (out !== undefined) return resolve(directory, out);
  const taken = takenByDefault(task, directory);
  if (taken > 0) return defaultFolder(task, directory, taken - 1);
  throw wrongUse("--resume", `--out DIR, or a run in runs/${task}`, "neither");
}

/** How many of the default folders hold something, from the first on. */
function takenByDefault(task: string, directory: string): number {
  let count = 0;
  while (isTaken(defaultFolder(task, directory, count))) count += 1;
  return count;
}

function isTaken(path: string): boolean {
  return existsSync(path) && (!statSync(path).isDirectory() || readdirSync(path).length > 0);
}

function defaultFolder(task: string, directory: string, index: number): string {
  return resolve(directory, "runs", index === 0 ? task : `${task}-${index + 1}`);
}
