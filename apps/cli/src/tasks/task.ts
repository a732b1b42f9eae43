import type { Backend } from "@widehead/core";
import type { ModelRestoreOptions } from "@widehead/network";
import { type BackendChoice, createBackend } from "../backends.ts";
import type { SavedRun } from "../checkpoint.ts";
import type { AnyCommand, Input, Outcome } from "../grammar/command.ts";
import type { OptionName, Values } from "../grammar/options.ts";
import type { Io } from "../io.ts";
import { restoreOptions } from "../training/session.ts";
import type { WordVectors } from "./words/vectors.ts";

/** Something that can be asked of a run's model. */
export interface Question {
  /** Options that it takes beside the command's own. */
  readonly options: readonly OptionName[];
  /** What help says of it, one line for each example or remark. */
  readonly notes: readonly string[];
  /** Answers. Throws WideheadError. */
  answer(run: SavedRun, input: Input<Partial<Values>>, io: Io): Promise<Outcome>;
}

/** A kind of model on the command line. */
export interface Task {
  readonly name: string;
  readonly train: AnyCommand;
  readonly evaluate: Question;
  readonly predict?: Question;
  readonly neighbors?: Question;
  /** The vectors of words that a run's model has. Throws WideheadError. */
  readonly openVectors?: (run: SavedRun, choice: BackendChoice, io: Io) => Promise<WordVectors>;
}

/** A model that can be asked, with its backend; disposing it disposes both. */
export interface OpenModel<M> extends AsyncDisposable {
  readonly backend: Backend;
  readonly model: M;
}

/** The model of a run, ready to be asked. Throws WideheadError ERR_FORMAT, ERR_MEMORY and what backends throw. */
export async function openModel<M extends AsyncDisposable>(
  restore: (run: SavedRun, options: ModelRestoreOptions) => Promise<M>,
  run: SavedRun,
  choice: BackendChoice,
  io: Io,
): Promise<OpenModel<M>> {
  const backend = await createBackend(choice);
  try {
    const model = await restore(run, restoreOptions(backend, io));
    return {
      backend,
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
