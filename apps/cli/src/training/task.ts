import type { Backend } from "@widehead/core";
import type {
  BatchSource,
  EarlyStopping,
  ModelRestoreOptions,
  TrainableModel,
  TrainerOptions,
} from "@widehead/network";
import type { SavedRun } from "../checkpoint.ts";
import type { AnyCommand } from "../grammar/command.ts";
import type { Values } from "../grammar/options.ts";
import type { Io } from "../io.ts";
import type { Progress } from "../progress.ts";
import type { CurveOptions } from "./learning-curve.ts";
import type { Session } from "./session.ts";
import type { RunSettings } from "./settings.ts";
import type { Suited } from "./suited.ts";

/** What a run learns from, and what is kept of it beside the model. */
export interface TrainingData extends Partial<Disposable> {
  /** Where it came from: an absolute path, or the name of a text that comes with the program. */
  readonly source: string;
  /** SHA-256 of the data as it was read. */
  readonly fingerprint: string;
  /** Files of the checkpoint, by name. */
  files(): Readonly<Record<string, string>>;
}

/** A model that a run can train; disposing it leaves its backend. */
export interface RunModel<B> extends TrainableModel<B>, AsyncDisposable {}

/** The figure that ends a run when it no longer gets better, and what it is called. */
export interface Watched extends Omit<EarlyStopping, "onBest"> {
  readonly figure: string;
}

/** What training is made of. */
export interface Plan<B> extends Pick<TrainerOptions<B>, "validation"> {
  readonly batches: BatchSource<B>;
  readonly earlyStopping?: Watched;
}

/** What a trained model has to show. */
export interface Report {
  /** What was learned from, for the first line: `17,941 words`. */
  readonly subject: string;
  /** Fields of the document for `--json`, beside those of every run. */
  readonly data: object;
  /** The same for people. */
  readonly lines: readonly string[];
  /** Arguments of command lines that use the model, the program left out. */
  readonly next: readonly string[];
}

/** What one kind of model knows that others do not; a command that trains it follows from this. */
export interface TrainingTask<S extends RunSettings, D extends TrainingData, M extends RunModel<B>, B> {
  readonly name: string;
  readonly command: Pick<AnyCommand, "summary" | "defaults" | "optional" | "example" | "notes">;
  /** Options beside the usual ones that a resumed run may be told anew. */
  readonly free?: readonly (keyof Values)[];
  /** The options of a new run, those that depend on others filled in. Throws WideheadError ERR_OPTION. */
  settings(values: Partial<Values>): S;
  /** Reads the data, in the ids of the run that goes on where there is one. Throws WideheadError ERR_IO, ERR_FORMAT. */
  read(settings: S, io: Io, saved: SavedRun | undefined): Promise<D>;
  /** Defaults of a new run that depend on its data. */
  suited?(data: D, given: Partial<Values>): Suited;
  /** One line about the data. */
  describe(data: D): string;
  /** A new model; the caller disposes it. Throws WideheadError ERR_UNSUPPORTED, ERR_MEMORY. */
  create(settings: S, data: D, backend: Backend, io: Io): Promise<M>;
  /** The model of a run. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
  restore(run: SavedRun, options: ModelRestoreOptions): Promise<M>;
  /** Makes a restored model fit data that has grown, and says how; undefined where nothing had to change. */
  grow?(model: M, data: D): Promise<string | undefined>;
  plan(session: Session<S, D, M>): Plan<B>;
  curve(session: Session<S, D, M>): CurveOptions;
  report(session: Session<S, D, M>, io: Io, progress: Progress): Promise<Report>;
}
