import { isWideheadError } from "@widehead/core";
import type { Choice } from "./backends.ts";
import { type Plan, train } from "./train.ts";

/** One backend's part of a comparison. */
export interface Run {
  readonly choice: Choice;
  state: "waiting" | "running" | "done" | "stopped" | "failed";
  /** What computes. */
  kernel: string;
  readonly losses: number[];
  readonly milliseconds: number[];
  /** With its code. */
  error: string;
}

export function waitingRun(choice: Choice): Run {
  return { choice, state: "waiting", kernel: "", losses: [], milliseconds: [], error: "" };
}

/** Longest time without a look at what the user does, in ms. */
const PATIENCE = 30;

/** Trains on the run's backend, and reports after each step; what fails becomes the run's error. */
export async function execute(run: Run, plan: Plan, signal: AbortSignal, report: () => void): Promise<void> {
  run.state = "running";
  let rested = performance.now();
  try {
    await using backend = await run.choice.module.create();
    run.kernel = `${backend.kernel}, ${backend.numerics.dtype}`;
    for await (const { loss, milliseconds } of train(backend, plan)) {
      run.losses.push(loss);
      run.milliseconds.push(milliseconds);
      report();
      if (performance.now() - rested > PATIENCE) {
        await new Promise((resolve) => setTimeout(resolve));
        rested = performance.now();
      }
      if (signal.aborted) break;
    }
    run.state = run.losses.length === plan.steps ? "done" : "stopped";
  } catch (error) {
    run.state = "failed";
    run.error = explain(error);
  }
}

/** A message that names its code. */
export function explain(error: unknown): string {
  if (isWideheadError(error)) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
