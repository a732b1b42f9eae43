import { type Backend, type Json, type Snapshot, WideheadError } from "@widehead/core";
import { type Checkpoint, loadCheckpoint, saveCheckpoint, Vocabulary } from "@widehead/data";
import { LanguageModel } from "@widehead/network";
import { type BackendChoice, createBackend } from "./backends.ts";
import { restoreHead } from "./head.ts";
import type { Io } from "./io.ts";

const PROGRAM = "widehead train language-model";
const VOCABULARY = "vocabulary.json";

/** What a run has to remember beside its model. */
export interface RunRecord {
  /** Option values as texts, by name. */
  readonly options: Readonly<Record<string, string>>;
  readonly data: { readonly source: string; readonly fingerprint: string };
}

/** A checkpoint of a run, checked, its model not yet restored. */
export interface SavedRun {
  readonly record: RunRecord;
  readonly vocabulary: Vocabulary;
  readonly snapshot: Snapshot;
}

/** A model that can be asked, with its backend; disposing it disposes both. */
export interface OpenModel extends SavedRun, AsyncDisposable {
  readonly model: LanguageModel;
}

/** Saves a run in a folder, in place of the checkpoint there. Throws WideheadError ERR_IO. */
export function saveRun(folder: string, { record, vocabulary, snapshot }: SavedRun): Promise<void> {
  return saveCheckpoint(folder, snapshot, {
    createdBy: { program: PROGRAM, options: record.options, data: record.data },
    files: { [VOCABULARY]: JSON.stringify(vocabulary) },
  });
}

/** Reads and checks a run. Throws WideheadError ERR_IO, ERR_FORMAT. */
export async function loadRun(folder: string): Promise<SavedRun> {
  const checkpoint = await loadCheckpoint(folder);
  return {
    record: recordOf(folder, checkpoint),
    vocabulary: vocabularyOf(folder, checkpoint),
    snapshot: checkpoint.snapshot,
  };
}

/** A run's model, on a backend of the caller's. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
export async function restoreModel(folder: string, run: SavedRun, backend: Backend, io: Io): Promise<LanguageModel> {
  const model = await LanguageModel.restore(run.snapshot, {
    backend,
    restoreHead: (snapshot) => restoreHead(snapshot, backend, io.memoryLimit()),
  });
  const { vocabularySize } = model.options;
  if (vocabularySize === run.vocabulary.size) return model;
  await model[Symbol.asyncDispose]();
  throw formatError(folder, `a vocabulary of ${vocabularySize} words`, `one of ${run.vocabulary.size}`);
}

/** The model of a folder, ready to be asked. Throws WideheadError ERR_IO, ERR_FORMAT, ERR_MEMORY and what backends throw. */
export async function openModel(folder: string, choice: BackendChoice, io: Io): Promise<OpenModel> {
  const run = await loadRun(folder);
  const backend = await createBackend(choice);
  try {
    const model = await restoreModel(folder, run, backend, io);
    return {
      ...run,
      model,
      async [Symbol.asyncDispose]() {
        await model[Symbol.asyncDispose]();
        await backend[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw error;
  }
}

function recordOf(folder: string, { manifest }: Checkpoint): RunRecord {
  const { program, options, data } = manifest.createdBy;
  if (program !== PROGRAM) throw formatError(folder, `a model of ${PROGRAM}`, JSON.stringify(program));
  if (!isTexts(options)) throw formatError(folder, "the run's options as texts", JSON.stringify(options));
  if (!isTexts(data) || data.source === undefined || data.fingerprint === undefined) {
    throw formatError(folder, "data with source and fingerprint", JSON.stringify(data));
  }
  return { options, data: { source: data.source, fingerprint: data.fingerprint } };
}

function vocabularyOf(folder: string, { files }: Checkpoint): Vocabulary {
  const text = files[VOCABULARY];
  if (text === undefined) throw formatError(folder, VOCABULARY, "none");
  return Vocabulary.fromJSON(JSON.parse(text));
}

function isTexts(value: Json | undefined): value is { readonly [key: string]: string } {
  return (
    typeof value === "object" && value !== null && Object.values(value).every((entry) => typeof entry === "string")
  );
}

function formatError(folder: string, expected: string, actual: string): WideheadError {
  const message = `checkpoint: expected ${expected} in ${folder}, got ${actual}`;
  return new WideheadError("ERR_FORMAT", message, { path: folder, expected, actual });
}
