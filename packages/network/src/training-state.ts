import type { Json, Snapshot } from "@widehead/core";
import { formatError } from "./snapshot/tensors.ts";

/** A point of the learning curve. */
export interface CurvePoint {
  readonly step: number;
  readonly examples: number;
  /** Exponentially smoothed. */
  readonly trainLoss: number;
  readonly validationLoss?: number;
  /** What early stopping measured. */
  readonly figure?: number;
}

/** The best figure that early stopping has measured. */
export interface BestFigure {
  readonly step: number;
  readonly figure: number;
  /** Measurements since, none of them better. */
  readonly missed: number;
}

/** How far a run has come: with the model's snapshot, all that is needed to go on. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Examples seen. */
  readonly examples: number;
  /** Wall-clock seconds used, validation and checkpoints included. */
  readonly seconds: number;
  readonly smoothedLoss: number;
  readonly curve: readonly CurvePoint[];
  /** Only with early stopping, once it has measured. */
  readonly best?: BestFigure;
}

export const initialState: TrainingState = { step: 0, examples: 0, seconds: 0, smoothedLoss: 0, curve: [] };

/** Steps over which the smoothed loss forgets. */
const smoothingSteps = 50;

/** The state after one more step: the loss is a running mean at first, exponentially smoothed later. */
export function advance(state: TrainingState, loss: number, examples: number): TrainingState {
  const step = state.step + 1;
  const weight = 1 / Math.min(step, smoothingSteps);
  return {
    ...state,
    step,
    examples: state.examples + examples,
    smoothedLoss: state.smoothedLoss + weight * (loss - state.smoothedLoss),
  };
}

/** The state after a measurement. */
export function measured(state: TrainingState, figure: number, better: "higher" | "lower"): TrainingState {
  const { best, step } = state;
  const improved = best === undefined || (better === "higher" ? figure > best.figure : figure < best.figure);
  return { ...state, best: improved ? { step, figure, missed: 0 } : { ...best, missed: best.missed + 1 } };
}

/** The model's snapshot with the state of its training as fact `training`. */
export function withTrainingState(snapshot: Snapshot, state: TrainingState): Snapshot {
  const curve = state.curve.map((point) => ({ ...point }));
  const { best, ...rest } = state;
  const training = { ...rest, curve, ...(best && { best: { ...best } }) };
  return { ...snapshot, facts: { ...snapshot.facts, training } };
}

/** The training state that a checkpoint holds. Throws ERR_FORMAT. */
export function trainingStateOf(snapshot: Snapshot): TrainingState {
  const training = snapshot.facts.training;
  if (!isRecord(training)) throw formatError("facts.training", "an object", JSON.stringify(training));
  const { step, examples, seconds, smoothedLoss, curve, best } = training;
  const numbers = { step, examples, seconds, smoothedLoss };
  for (const [name, value] of Object.entries(numbers)) {
    if (!isFiniteNumber(value)) throw formatError(`facts.training.${name}`, "a finite number", JSON.stringify(value));
  }
  if (!Array.isArray(curve) || !curve.every(isCurvePoint)) {
    throw formatError(
      "facts.training.curve",
      "points { step, examples, trainLoss, validationLoss?, figure? }",
      "others",
    );
  }
  if (best !== undefined && !isBestFigure(best)) {
    throw formatError("facts.training.best", "numbers { step, figure, missed }", JSON.stringify(best));
  }
  return { ...numbers, curve, ...(best !== undefined && { best }) } as unknown as TrainingState;
}

function isCurvePoint(value: Json): boolean {
  if (!isRecord(value)) return false;
  const { step, examples, trainLoss, validationLoss = 0, figure = 0 } = value;
  return [step, examples, trainLoss, validationLoss, figure].every(isFiniteNumber);
}

function isBestFigure(value: Json): boolean {
  return isRecord(value) && [value.step, value.figure, value.missed].every(isFiniteNumber);
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isFiniteNumber(value: Json | undefined): boolean {
  return typeof value === "number" && Number.isFinite(value);
}
