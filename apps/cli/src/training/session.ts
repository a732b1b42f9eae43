import type { Backend, OutputLayer } from "@widehead/core";
import { type TrainingState, trainingStateOf } from "@widehead/network";
import { createBackend } from "../backends.ts";
import { loadRun, type RunRecord, type SavedRun } from "../checkpoint.ts";
import type { Input } from "../grammar/command.ts";
import type { Values } from "../grammar/options.ts";
import { wrongUse } from "../grammar/parse.ts";
import { requireSpherical, restoreHead } from "../head.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { newRunFolder, oldRunFolder } from "./folder.ts";
import { type RunSettings, recordedOptions, resumedSettings } from "./settings.ts";
import { type Chosen, chosenFor, formatChosen, unlessTold } from "./suited.ts";
import type { RunModel, TrainingData, TrainingTask } from "./task.ts";

/** A run that is ready to train. Disposing it disposes model, backend and data. */
export interface Session<S, D, M> extends AsyncDisposable {
  readonly folder: string;
  readonly settings: S;
  /** Defaults of a new run that depend on its data. */
  readonly chosen: Chosen | undefined;
  readonly record: RunRecord;
  readonly data: D;
  readonly backend: Backend;
  readonly model: M;
  /** Where the run stopped before; undefined for a new one. */
  readonly before: TrainingState | undefined;
}

/** What a run begins with: nothing, or a checkpoint. */
interface Origin<S> {
  readonly folder: string;
  readonly settings: S;
  readonly chosen?: Chosen;
  readonly saved: SavedRun | undefined;
}

/** Checks everything and makes the model; writes nothing. Throws WideheadError. */
export async function openSession<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
  input: Input<Partial<Values>>,
  io: Io,
  progress: Progress,
): Promise<Session<S, D, M>> {
  const origin = input.values.resume ? await oldRun(task, input, io) : await newRun(task, input, io);
  progress.note(`Reading ${origin.settings.data}`);
  const data = await task.read(origin.settings, io, origin.saved);
  progress.note(task.describe(data));
  try {
    const suited = suitedTo(data, task, origin, input.given);
    if (suited.chosen !== undefined) progress.note(formatChosen(suited.chosen));
    return await sessionOf(task, suited, data, io, progress);
  } catch (error) {
    data[Symbol.dispose]?.();
    throw error;
  }
}

/** A new run with the defaults that its data decides. Throws WideheadError ERR_OPTION. */
function suitedTo<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  data: D,
  task: TrainingTask<S, D, M, B>,
  origin: Origin<S>,
  given: Partial<Values>,
): Origin<S> {
  const suited = origin.saved === undefined ? task.suited?.(data, given) : undefined;
  if (suited === undefined) return origin;
  const values = unlessTold(suited.values, given);
  const settings = task.settings({ ...task.command.defaults, ...values, ...given });
  return { ...origin, settings, chosen: chosenFor(suited.because, values) };
}

async function sessionOf<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
  origin: Origin<S>,
  data: D,
  io: Io,
  progress: Progress,
): Promise<Session<S, D, M>> {
  const { folder, saved } = origin;
  const backend = await createBackend(origin.settings);
  const settings = { ...origin.settings, backend: backend.name };
  try {
    const model = await (saved === undefined
      ? task.create(settings, data, backend, io)
      : task.restore(saved, restoreOptions(backend, io)));
    const grown = saved && (await task.grow?.(model, data));
    if (grown !== undefined) progress.note(grown);
    const { source, fingerprint } = data;
    return {
      folder,
      settings,
      chosen: origin.chosen,
      record: { task: task.name, options: recordedOptions(settings, io.directory), data: { source, fingerprint } },
      data,
      backend,
      model,
      before: saved && stateOf(saved, grown !== undefined),
      async [Symbol.asyncDispose]() {
        await model[Symbol.asyncDispose]();
        await backend[Symbol.asyncDispose]();
        data[Symbol.dispose]?.();
      },
    };
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw error;
  }
}

/** How a model comes back from a checkpoint. */
export function restoreOptions(
  backend: Backend,
  io: Io,
): { readonly backend: Backend; readonly restoreHead: (snapshot: SavedRun["snapshot"]) => Promise<OutputLayer> } {
  return { backend, restoreHead: (snapshot) => restoreHead(snapshot, backend, io.memoryLimit()) };
}

/** Figures on data that has grown since do not compare with those before. */
function stateOf({ snapshot }: SavedRun, grown: boolean): TrainingState {
  const { best, ...state } = trainingStateOf(snapshot);
  return grown || best === undefined ? state : { ...state, best };
}

async function newRun<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
  { values }: Input<Partial<Values>>,
  { directory }: Io,
): Promise<Origin<S>> {
  const settings = task.settings(values);
  if (settings.output === "factored") requireSpherical(settings.loss);
  return { folder: await newRunFolder(task.name, values.out, directory), settings, saved: undefined };
}

async function oldRun<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B>(
  task: TrainingTask<S, D, M, B>,
  { values, given }: Input<Partial<Values>>,
  { directory }: Io,
): Promise<Origin<S>> {
  const folder = oldRunFolder(task.name, values.out, directory);
  const saved = await loadRun(folder);
  if (saved.record.task !== task.name) {
    throw wrongUse("--out", `a run of train ${task.name}`, `one of train ${saved.record.task}`);
  }
  return { folder, settings: resumedSettings(saved.record, given, task.free ?? []), saved };
}
