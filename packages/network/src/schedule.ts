import { requireFraction, requireInteger, requireName } from "./validate.ts";

/**
 * How learning rates move during a run: η(step) = η · warm-up · decay, for head and body alike. A function of the
 * step alone, unless the run is limited by time.
 */
export interface Schedule {
  /** Steps in which rates rise linearly from η/warmupSteps to η. 0 unless told. */
  readonly warmupSteps?: number;
  /** How rates fall over the run. "constant" unless told. */
  readonly decay?: "constant" | "linear" | "cosine";
  /** Fraction of η that a decay ends at. 0 unless told. */
  readonly finalFraction?: number;
}

/** Throws ERR_OPTION. */
export function checkSchedule({ warmupSteps = 0, decay = "constant", finalFraction = 0 }: Schedule): void {
  requireInteger("schedule.warmupSteps", warmupSteps, 0);
  requireName("schedule.decay", decay, ["constant", "linear", "cosine"]);
  requireFraction("schedule.finalFraction", finalFraction);
}

/** The factor of the rates at a step (from 0) when `done`, 0 … 1, of the run lies behind. */
export function rateFactor(schedule: Schedule, step: number, done: number): number {
  const { warmupSteps = 0, decay = "constant", finalFraction = 0 } = schedule;
  const warmup = step < warmupSteps ? (step + 1) / warmupSteps : 1;
  return warmup * (finalFraction + (1 - finalFraction) * remaining(decay, Math.min(done, 1)));
}

function remaining(decay: NonNullable<Schedule["decay"]>, done: number): number {
  if (decay === "constant") return 1;
  return decay === "linear" ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2;
}
