import type { Recomputed, Snapshot } from "@widehead/core";
import type { Batch } from "./language-model.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";
import type { TrainingState } from "./training-state.ts";
import { optionError, requireInteger, requireName, requireNonNegative, requirePositive } from "./validate.ts";

/** Batches by number: the same step gives the same batch, so that a run can be resumed and repeated. */
export interface BatchSource<B = Batch> {
  /** The batch of a step, 0, 1, … without end. */
  at(step: number): B | Promise<B>;
  /** Steps that show about every example once. */
  readonly stepsPerEpoch: number;
}

/** What a run says after each step. */
export interface TrainingProgress {
  /** Steps done. */
  readonly step: number;
  /** Undefined when only time limits the run. */
  readonly totalSteps: number | undefined;
  /** Examples seen. */
  readonly examples: number;
  /** Mean since the run began or was resumed, validation and checkpoints left out. */
  readonly examplesPerSecond: number;
  /** Mean loss of this batch. */
  readonly batchLoss: number;
  /** Exponentially smoothed over about 50 steps. */
  readonly loss: number;
  /** exp(loss), only for losses that define probabilities. */
  readonly perplexity: number | undefined;
  readonly secondsLeft: number;
  /** The head's, after the schedule. */
  readonly learningRate: number;
}

export interface EpochEnd {
  /** Epochs done. */
  readonly epoch: number;
  readonly drift: Recomputed;
}

/** A moment of a run that can be written down. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** Hands out the model's snapshot with the training state in it; {@link trainingStateOf} reads it back. */
  save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T>;
}

/**
 * A run ends at the first of its limits; at least one is needed. Runs limited by steps or epochs alone resume to the
 * same bits; with `minutes` the end, and a schedule that decays, depend on the clock.
 */
export interface TrainerOptions<B = Batch> {
  /** Steps in all, those before a resumption included. */
  readonly steps?: number;
  /** Epochs in all; not together with `steps`. */
  readonly epochs?: number;
  /** Wall-clock minutes in all, those before a resumption included. */
  readonly minutes?: number;
  /** η of the output layer; the body's is in the model. */
  readonly headLearningRate: number;
  readonly schedule?: Schedule;
  /** Of the output layer. */
  readonly weightDecay?: number;
  /** Largest norm of the gradient of output layer and body together. */
  readonly clipNorm?: number;
  /** Where an earlier run stopped; the model must be the one restored from the same checkpoint. */
  readonly resume?: TrainingState;
  /** An AbortSignal: the run stops before the next step. */
  readonly signal?: { readonly aborted: boolean };
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Called at the end of each epoch, when the head's sums have been computed anew, with the drift found. */
  readonly onEpoch?: (end: EpochEnd) => void;
  /** Steps between checkpoints. None but the one at the end unless told. */
  readonly checkpointEvery?: number;
  /** Called every `checkpointEvery` steps, and when the run ends or is aborted. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => Promise<void>;
  /** Evaluates the batches every so many steps, and when the run is done. */
  readonly validation?: { readonly every: number; readonly batches: () => Batches<B> };
  /** Ends the run when a figure that the caller measures no longer gets better. */
  readonly earlyStopping?: EarlyStopping;
  /** Steps between points of the learning curve, beside those of validation. 50 unless told. */
  readonly recordEvery?: number;
  /** Milliseconds of a clock that never runs backwards. */
  readonly now?: () => number;
}

/** Batches to evaluate, of any sizes. */
export type Batches<B> = Iterable<B> | AsyncIterable<B>;

/** When a run has gone on long enough. */
export interface EarlyStopping {
  /** The figure now, which may be computed with the model but must leave it as it is. */
  readonly measure: () => Promise<number>;
  readonly better: "higher" | "lower";
  /** The run ends when so many measurements in a row are no better than the best. */
  readonly patience: number;
  /** Steps between measurements. An epoch unless told. */
  readonly every?: number;
  /** Called at each measurement that is the best so far: where to keep the model, to restore it from afterwards. */
  readonly onBest?: (checkpoint: Checkpoint) => Promise<void>;
}

/** How long a run is. */
export interface Limits {
  readonly steps: number;
  readonly seconds: number;
}

/** Throws ERR_OPTION. */
export function checkTrainerOptions<B>(options: TrainerOptions<B>): void {
  const { steps, epochs, minutes, headLearningRate, schedule = {}, checkpointEvery, validation, recordEvery } = options;
  const { earlyStopping } = options;
  if (steps === undefined && epochs === undefined && minutes === undefined) {
    throw optionError("steps, epochs or minutes", "given", "none of them");
  }
  if (steps !== undefined && epochs !== undefined) throw optionError("steps and epochs", "given one at a time", "both");
  if (steps !== undefined) requireInteger("steps", steps, 0);
  if (epochs !== undefined) requirePositive("epochs", epochs);
  if (minutes !== undefined) requirePositive("minutes", minutes);
  requireNonNegative("headLearningRate", headLearningRate);
  checkSchedule(schedule);
  if (checkpointEvery !== undefined) requireInteger("checkpointEvery", checkpointEvery, 1);
  if (validation !== undefined) requireInteger("validation.every", validation.every, 1);
  if (recordEvery !== undefined) requireInteger("recordEvery", recordEvery, 1);
  if (earlyStopping !== undefined) checkEarlyStopping(earlyStopping);
}

function checkEarlyStopping({ better, patience, every = 1 }: EarlyStopping): void {
  requireName("earlyStopping.better", better, ["higher", "lower"]);
  requireInteger("earlyStopping.patience", patience, 1);
  requireInteger("earlyStopping.every", every, 1);
}

/** Infinite where the run is not limited. */
export function limitsOf(
  { steps, epochs, minutes = Infinity }: Pick<TrainerOptions, "steps" | "epochs" | "minutes">,
  stepsPerEpoch: number,
): Limits {
  const total = steps ?? (epochs === undefined ? Infinity : Math.ceil(epochs * stepsPerEpoch));
  return { steps: total, seconds: 60 * minutes };
}
