import { WideheadError } from "@widehead/core";
import { evaluateSplit, perplexityOf } from "./evaluate.ts";
import type { LanguageModel } from "./language-model.ts";
import { rateFactor } from "./schedule.ts";
import {
  type BatchSource,
  checkTrainerOptions,
  type Limits,
  limitsOf,
  type TrainerOptions,
  type TrainingProgress,
} from "./trainer-options.ts";
import { advance, type CurvePoint, initialState, type TrainingState, withTrainingState } from "./training-state.ts";

export interface TrainingSummary {
  readonly reason: "done" | "aborted";
  readonly state: TrainingState;
  readonly curve: readonly CurvePoint[];
}

/**
 * Trains a model until a limit is reached or the signal aborts, always between two steps.
 *
 * @throws WideheadError ERR_OPTION; ERR_NOT_FINITE when the loss is no number; and what the model and callbacks throw
 */
export async function train(
  model: LanguageModel,
  batches: BatchSource,
  options: TrainerOptions,
): Promise<TrainingSummary> {
  checkTrainerOptions(options);
  return new Run(model, batches, options).finish();
}

class Run {
  readonly #model: LanguageModel;
  readonly #batches: BatchSource;
  readonly #options: TrainerOptions;
  readonly #limits: Limits;
  readonly #before: TrainingState;
  readonly #now: () => number;
  readonly #start: number;
  #pausedSeconds = 0;
  #state: TrainingState;

  constructor(model: LanguageModel, batches: BatchSource, options: TrainerOptions) {
    this.#model = model;
    this.#batches = batches;
    this.#options = options;
    this.#limits = limitsOf(options, batches.stepsPerEpoch);
    this.#before = options.resume ?? initialState;
    this.#state = this.#before;
    this.#now = options.now ?? defaultClock;
    this.#start = this.#now();
  }

  async finish(): Promise<TrainingSummary> {
    const { signal, checkpointEvery = Infinity } = this.#options;
    let over = this.#isOver();
    let saved = this.#state.step;
    while (!over && !signal?.aborted) {
      await this.#step();
      await this.#pause(() => this.#endEpoch());
      over = this.#isOver();
      await this.#pause(() => this.#record(over));
      if (over || this.#state.step % checkpointEvery === 0) {
        await this.#pause(() => this.#checkpoint());
        saved = this.#state.step;
      }
    }
    if (saved < this.#state.step) await this.#checkpoint();
    return { reason: over ? "done" : "aborted", state: this.#state, curve: this.#state.curve };
  }

  async #step(): Promise<void> {
    const { headLearningRate, schedule = {}, weightDecay, clipNorm, onProgress } = this.#options;
    const { step } = this.#state;
    const factor = rateFactor(schedule, step, this.#fractionDone());
    const batch = this.#batches.at(step);
    const { loss } = await this.#model.train(batch, {
      learningRate: headLearningRate * factor,
      bodyLearningRate: this.#model.options.bodyOptimizer.learningRate * factor,
      ...(weightDecay === undefined ? {} : { weightDecay }),
      ...(clipNorm === undefined ? {} : { clipNorm }),
    });
    if (!Number.isFinite(loss)) {
      throw new WideheadError("ERR_NOT_FINITE", `loss must stay finite, got ${loss} at step ${step}`, { step, loss });
    }
    const seconds = this.#before.seconds + this.#secondsSinceStart();
    this.#state = { ...advance(this.#state, loss, batch.targets.length), seconds };
    onProgress?.(this.#progress(loss, headLearningRate * factor));
  }

  async #endEpoch(): Promise<void> {
    const epoch = this.#state.step / this.#batches.stepsPerEpoch;
    if (!Number.isInteger(epoch)) return;
    const drift = await this.#model.recompute();
    this.#options.onEpoch?.({ epoch, drift });
  }

  async #record(last: boolean): Promise<void> {
    const { validation, recordEvery = 50 } = this.#options;
    const { step, examples, smoothedLoss, curve } = this.#state;
    const validate = validation !== undefined && (last || step % validation.every === 0);
    if (!validate && !last && step % recordEvery !== 0) return;
    const point: CurvePoint = { step, examples, trainLoss: smoothedLoss };
    const measured = validate ? { validationLoss: (await evaluateSplit(this.#model, validation.batches())).loss } : {};
    this.#state = { ...this.#state, curve: [...curve, { ...point, ...measured }] };
  }

  async #checkpoint(): Promise<void> {
    const state = this.#state;
    const model = this.#model;
    await this.#options.onCheckpoint?.({
      state,
      save: (sink) => model.save((snapshot) => sink(withTrainingState(snapshot, state))),
    });
  }

  #progress(batchLoss: number, learningRate: number): TrainingProgress {
    const { step, examples, smoothedLoss, seconds } = this.#state;
    const { steps } = this.#limits;
    const trainingSeconds = this.#secondsSinceStart() - this.#pausedSeconds;
    const secondsPerStep = trainingSeconds / (step - this.#before.step);
    const stepsSecondsLeft = steps === Infinity ? Infinity : (steps - step) * secondsPerStep;
    return {
      step,
      totalSteps: steps === Infinity ? undefined : steps,
      examples,
      examplesPerSecond: trainingSeconds > 0 ? (examples - this.#before.examples) / trainingSeconds : 0,
      batchLoss,
      loss: smoothedLoss,
      perplexity: perplexityOf(this.#model, smoothedLoss),
      secondsLeft: Math.max(0, Math.min(this.#limits.seconds - seconds, stepsSecondsLeft)),
      learningRate,
    };
  }

  /** Work that does not count as training in the examples per second. */
  async #pause(work: () => Promise<void>): Promise<void> {
    const before = this.#now();
    await work();
    this.#pausedSeconds += (this.#now() - before) / 1000;
  }

  #secondsSinceStart(): number {
    return (this.#now() - this.#start) / 1000;
  }

  #isOver(): boolean {
    return this.#state.step >= this.#limits.steps || this.#state.seconds >= this.#limits.seconds;
  }

  #fractionDone(): number {
    return Math.max(this.#state.step / this.#limits.steps, this.#state.seconds / this.#limits.seconds);
  }
}

function defaultClock(): number {
  return (globalThis as unknown as { readonly performance: { now(): number } }).performance.now();
}
