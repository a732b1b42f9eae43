import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Json, type Snapshot, WideheadError } from "@widehead/core";
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from "@widehead/data";

const PROGRAM = "widehead train ";
const BEST = "best";

/** What a run has to remember beside its model. */
export interface RunRecord {
  /** What it trains: `language-model`. */
  readonly task: string;
  /** Option values as texts, by name. */
  readonly options: Readonly<Record<string, string>>;
  readonly data: { readonly source: string; readonly fingerprint: string };
}

/** A run as it is saved. */
export interface Run {
  readonly record: RunRecord;
  /** What the task keeps beside the model, such as what its ids are called. */
  readonly files: Readonly<Record<string, string>>;
  readonly snapshot: Snapshot;
}

/** A checkpoint of a run, checked, its model not yet restored. */
export interface SavedRun extends Run {
  readonly folder: string;
}

/** Saves a run in a folder, in place of the checkpoint there. Throws WideheadError ERR_IO. */
export function saveRun(folder: string, { record, files, snapshot }: Run): Promise<void> {
  const { task, options, data } = record;
  return saveCheckpoint(folder, snapshot, { createdBy: { program: `${PROGRAM}${task}`, options, data }, files });
}

/** Reads and checks a run. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function loadRun(folder: string): Promise<SavedRun> {
  const checkpoint = await loadCheckpoint(folder);
  return { folder, record: recordOf(folder, checkpoint), files: checkpoint.files, snapshot: checkpoint.snapshot };
}

/** Where a run with early stopping keeps its best model, beside the last one in its own folder. */
export function bestFolder(folder: string): string {
  return join(folder, BEST);
}

/** The run with its best model, or with its last one where it has not looked for the best. Throws as {@link loadRun}. */
export function loadBestRun(folder: string): Promise<SavedRun> {
  const best = bestFolder(folder);
  return loadRun(existsSync(best) ? best : folder);
}

/** A file that the task keeps, as JSON. Throws WideheadError ERR_FORMAT where there is none. */
export function fileOf({ folder, files }: SavedRun, name: string): unknown {
  const text = files[name];
  if (text === undefined) throw checkpointError(folder, name, "none");
  return JSON.parse(text);
}

/** Throws WideheadError ERR_FORMAT where data is not what a run began with. */
export function requireSameData({ source, fingerprint }: RunRecord["data"], { record }: SavedRun): void {
  const expected = record.data.fingerprint;
  if (fingerprint === expected) return;
  const message = `--data: expected the data with which the run began, got other data in ${source}`;
  throw new WideheadError("ERR_FORMAT", message, { argument: "--data", expected, actual: fingerprint });
}

/** ERR_FORMAT for a checkpoint that is not what it should be. */
export function checkpointError(folder: string, expected: string, actual: string): WideheadError {
  const message = `checkpoint: expected ${expected} in ${folder}, got ${actual}`;
  return new WideheadError("ERR_FORMAT", message, { path: folder, expected, actual });
}

function recordOf(folder: string, { manifest }: Checkpoint): RunRecord {
  const { program, options, data } = manifest.createdBy;
  if (typeof program !== "string" || !program.startsWith(PROGRAM)) {
    throw checkpointError(folder, `a model of ${PROGRAM.trim()}`, JSON.stringify(program));
  }
  if (!isTexts(options)) throw checkpointError(folder, "the run's options as texts", JSON.stringify(options));
  if (!isTexts(data) || data.source === undefined || data.fingerprint === undefined) {
    throw checkpointError(folder, "data with source and fingerprint", JSON.stringify(data));
  }
  const { source, fingerprint } = data;
  return { task: program.slice(PROGRAM.length), options, data: { source, fingerprint } };
}

function isTexts(value: Json | undefined): value is { readonly [key: string]: string } {
  return (
    typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === "string")
  );
}
