import type { TrainingProgress } from "@widehead/network";
import { duration, number } from "./format.ts";
import type { Io } from "./io.ts";

/** Milliseconds between two progress lines. */
const intervals = { terminal: 100, plain: 5000 };

export type ProgressFormat = "text" | "json";

/** Says on stderr what is going on: a live line on a terminal, plain lines elsewhere, JSON lines for machines. */
export class Progress {
  readonly #io: Io;
  readonly #format: ProgressFormat;
  #shownAt = -Infinity;
  #lineIsLive = false;

  constructor(io: Io, format: ProgressFormat) {
    this.#io = io;
    this.#format = format;
  }

  /** A line that stays. */
  note(message: string): void {
    this.end();
    this.#write(this.#format === "json" ? JSON.stringify({ event: "note", message }) : message);
  }

  /** How far a training run is; shown only once in a while. */
  training(progress: TrainingProgress): void {
    const live = this.#format === "text" && this.#io.stderr.isTTY === true;
    const now = this.#io.now();
    if (now - this.#shownAt < (live ? intervals.terminal : intervals.plain)) return;
    this.#shownAt = now;
    if (this.#format === "json") this.#write(JSON.stringify({ event: "progress", ...progress }));
    else if (live) this.#overwrite(trainingLine(progress));
    else this.#write(trainingLine(progress));
  }

  /** Leaves the live line, if there is one. */
  end(): void {
    if (this.#lineIsLive) this.#io.stderr.write("\n");
    this.#lineIsLive = false;
  }

  #write(line: string): void {
    this.#io.stderr.write(`${line}\n`);
  }

  #overwrite(line: string): void {
    const width = (this.#io.stderr.columns ?? 80) - 1;
    this.#io.stderr.write(`\r${line.slice(0, width).padEnd(width)}`);
    this.#lineIsLive = true;
  }
}

function trainingLine(progress: TrainingProgress): string {
  const { step, totalSteps, examples, examplesPerSecond, loss, perplexity, secondsLeft } = progress;
  return [
    totalSteps === undefined ? `step ${number(step)}` : `step ${number(step)} of ${number(totalSteps)}`,
    `${number(examples)} examples`,
    `${number(examplesPerSecond)} examples/s`,
    `loss ${loss.toFixed(3)}`,
    ...(perplexity === undefined ? [] : [`perplexity ${number(perplexity)}`]),
    `${duration(secondsLeft)} left`,
  ].join(" · ");
}
