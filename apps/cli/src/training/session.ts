import type { Backend } from "@widehead/core";
import { type LanguageModel, type TrainingState, trainingStateOf } from "@widehead/network";
import { createBackend } from "../backends.ts";
import { loadRun, type RunRecord, restoreModel, type SavedRun } from "../checkpoint.ts";
import { readCorpus } from "../corpus.ts";
import { number } from "../format.ts";
import type { Input } from "../grammar/command.ts";
import { requireSpherical } from "../head.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import { newRunFolder, oldRunFolder } from "./folder.ts";
import { createModel } from "./model.ts";
import { newSettings, recordedOptions, resumedSettings, type Settings, type TrainValues } from "./settings.ts";
import { newText, resumedText, type TrainingText } from "./text.ts";

/** A run that is ready to train. Disposing it disposes model and backend. */
export interface Session extends AsyncDisposable {
  readonly folder: string;
  readonly settings: Settings;
  readonly record: RunRecord;
  readonly text: TrainingText;
  readonly backend: Backend;
  readonly model: LanguageModel;
  /** Where the run stopped before; undefined for a new one. */
  readonly before: TrainingState | undefined;
}

/** What a run begins with: nothing, or a checkpoint. */
interface Origin {
  readonly folder: string;
  readonly settings: Settings;
  readonly saved: SavedRun | undefined;
}

/** Checks everything and makes the model; writes nothing. Throws WideheadError. */
export async function openSession(input: Input<TrainValues>, io: Io, progress: Progress): Promise<Session> {
  const origin = input.values.resume ? await oldRun(input, io) : await newRun(input, io);
  const { folder, saved } = origin;
  progress.note(`Reading ${origin.settings.data}`);
  const corpus = await readCorpus(origin.settings.data, io.directory);
  const text = saved === undefined ? newText(corpus, origin.settings) : resumedText(corpus, saved, origin.settings);
  progress.note(
    `${number(text.vocabulary.size)} words in the vocabulary; ${number(text.train.dataset.size)} positions to train on`,
  );

  const backend = await createBackend(origin.settings);
  const settings = { ...origin.settings, backend: backend.name };
  try {
    const model =
      saved === undefined
        ? await createModel(settings, text.vocabulary.size, backend, io)
        : await restoreModel(folder, saved, backend, io);
    const { source, fingerprint } = corpus;
    return {
      folder,
      settings,
      record: { options: recordedOptions(settings), data: { source, fingerprint } },
      text,
      backend,
      model,
      before: saved && trainingStateOf(saved.snapshot),
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

async function newRun({ values }: Input<TrainValues>, { directory }: Io): Promise<Origin> {
  const settings = newSettings(values);
  if (settings.output === "factored") requireSpherical(settings.loss);
  return { folder: await newRunFolder(values.out, directory), settings, saved: undefined };
}

async function oldRun({ values, given }: Input<TrainValues>, { directory }: Io): Promise<Origin> {
  const folder = oldRunFolder(values.out, directory);
  const saved = await loadRun(folder);
  return { folder, settings: resumedSettings(saved.record, given), saved };
}
