import { WideheadError } from "@widehead/core";
import { evaluateSplit, perplexityOf } from "./evaluate.ts";
import { rateFactor } from "./schedule.ts";
import type { TrainableModel } from "./trainable.ts";
import {
  type BatchSource,
  type Checkpoint,
  checkTrainerOptions,
  type Limits,
  limitsOf,
  type TrainerOptions,
  type TrainingProgress,
} from "./trainer-options.ts";
import {
  advance,
  type BestFigure,
  type CurvePoint,
  initialState,
  measured,
  type TrainingState,
  withTrainingState,
} from "./training-state.ts";

export interface TrainingSummary {
  /** "stopped" is early stopping. */
  readonly reason: "done" | "aborted" | "stopped";
  readonly state: TrainingState;
  readonly curve: readonly CurvePoint[];
  /** The best figure that early stopping measured; the model is that of the last step. */
  readonly best: BestFigure | undefined;
}

/**
 * Trains a model until a limit is reached, a figure no longer gets better, or the signal aborts, always between two
 * steps.
 *
 * @throws WideheadError ERR_OPTION; ERR_NOT_FINITE when the loss or the figure is no number; and what the model and
 * callbacks throw
 */
export async function train<B>(
  model: TrainableModel<B>,
  batches: BatchSource<B>,
  options: TrainerOptions<B>,
): Promise<TrainingSummary> {
  checkTrainerOptions(options);
  return new Run(model, batches, options).finish();
}

class Run<B> {
  readonly #model: TrainableModel<B>;
  readonly #batches: BatchSource<B>;
  readonly #options: TrainerOptions<B>;
  readonly #limits: Limits;
  readonly #before: TrainingState;
  readonly #now: () => number;
  readonly #start: number;
  #pausedSeconds = 0;
  #state: TrainingState;

  constructor(model: TrainableModel<B>, batches: BatchSource<B>, options: TrainerOptions<B>) {
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
    let saved = this.#state.step;
    while (!this.#isOver() && !signal?.aborted) {
      await this.#step();
      await this.#pause(() => this.#endEpoch());
      await this.#pause(() => this.#look());
      if (this.#isOver() || this.#state.step % checkpointEvery === 0) {
        await this.#pause(() => this.#checkpoint());
        saved = this.#state.step;
      }
    }
    if (saved < this.#state.step) await this.#checkpoint();
    const reason = this.#isExhausted() ? "done" : this.#isOver() ? "stopped" : "aborted";
    return { reason, state: this.#state, curve: this.#state.curve, best: this.#state.best };
  }

  async #step(): Promise<void> {
    const { headLearningRate, schedule = {}, weightDecay, clipNorm, onProgress } = this.#options;
    const { step } = this.#state;
    const factor = rateFactor(schedule, step, this.#fractionDone());
    const batch = await this.#batches.at(step);
    const { loss, losses } = await this.#model.train(batch, {
      learningRate: headLearningRate * factor,
      bodyLearningRate: this.#model.bodyLearningRate * factor,
      ...(weightDecay === undefined ? {} : { weightDecay }),
      ...(clipNorm === undefined ? {} : { clipNorm }),
    });
    if (!Number.isFinite(loss)) throw notFinite("loss", loss, step);
    const seconds = this.#before.seconds + this.#secondsSinceStart();
    this.#state = { ...advance(this.#state, loss, losses.length), seconds };
    onProgress?.(this.#progress(loss, headLearningRate * factor));
  }

  async #endEpoch(): Promise<void> {
    const epoch = this.#state.step / this.#batches.stepsPerEpoch;
    if (!Number.isInteger(epoch)) return;
    const drift = await this.#model.recompute();
    this.#options.onEpoch?.({ epoch, drift });
  }

  /** Measures what is due, and records it. */
  async #look(): Promise<void> {
    const { earlyStopping, recordEvery = 50 } = this.#options;
    const { step, examples, smoothedLoss } = this.#state;
    const figure = await this.#figure();
    if (figure !== undefined) this.#state = measured(this.#state, figure, earlyStopping!.better);
    const last = this.#isOver();
    const validationLoss = await this.#validationLoss(last);
    const seen = { ...(validationLoss !== undefined && { validationLoss }), ...(figure !== undefined && { figure }) };
    if (last || step % recordEvery === 0 || Object.keys(seen).length > 0) {
      const point = { step, examples, trainLoss: smoothedLoss, ...seen };
      this.#state = { ...this.#state, curve: [...this.#state.curve, point] };
    }
    if (this.#state.best?.step === step) await earlyStopping?.onBest?.(this.#moment());
  }

  async #figure(): Promise<number | undefined> {
    const { earlyStopping } = this.#options;
    const { step } = this.#state;
    if (earlyStopping === undefined) return undefined;
    const { measure, every = this.#batches.stepsPerEpoch } = earlyStopping;
    if (step % every !== 0) return undefined;
    const figure = await measure();
    if (!Number.isFinite(figure)) throw notFinite("earlyStopping.measure", figure, step);
    return figure;
  }

  async #validationLoss(last: boolean): Promise<number | undefined> {
    const { validation } = this.#options;
    if (validation === undefined || (!last && this.#state.step % validation.every !== 0)) return undefined;
    return (await evaluateSplit(this.#model, validation.batches())).loss;
  }

  async #checkpoint(): Promise<void> {
    await this.#options.onCheckpoint?.(this.#moment());
  }

  #moment(): Checkpoint {
    const state = this.#state;
    const model = this.#model;
    return { state, save: (sink) => model.save((snapshot) => sink(withTrainingState(snapshot, state))) };
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
    const { earlyStopping } = this.#options;
    const { best } = this.#state;
    const stopped = earlyStopping !== undefined && best !== undefined && best.missed >= earlyStopping.patience;
    return stopped || this.#isExhausted();
  }

  #isExhausted(): boolean {
    return this.#state.step >= this.#limits.steps || this.#state.seconds >= this.#limits.seconds;
  }

  #fractionDone(): number {
    return Math.max(this.#state.step / this.#limits.steps, this.#state.seconds / this.#limits.seconds);
  }
}

function notFinite(argument: string, actual: number, step: number): WideheadError {
  const message = `${argument} must stay finite, got ${actual} at step ${step}`;
  return new WideheadError("ERR_NOT_FINITE", message, { argument, step, actual });
}

function defaultClock(): number {
  return (globalThis as unknown as { readonly performance: { now(): number } }).performance.now();
}
