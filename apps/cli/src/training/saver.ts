import { setImmediate as nextTurn } from "node:timers/promises";
import type { Checkpoint } from "@widehead/network";
import { checkpointInterval } from "../defaults.ts";

/** Saves a run's checkpoints: one in a while, and the last. */
export class Saver {
  readonly #save: (checkpoint: Checkpoint) => Promise<void>;
  readonly #now: () => number;
  #unsaved: Checkpoint | undefined;
  #savedAt: number;

  constructor(save: (checkpoint: Checkpoint) => Promise<void>, now: () => number) {
    this.#save = save;
    this.#now = now;
    this.#savedAt = now();
  }

  /** To be called after each step. */
  async offer(checkpoint: Checkpoint): Promise<void> {
    this.#unsaved = checkpoint;
    if (this.#now() - this.#savedAt >= checkpointInterval) await this.finish();
    // Arithmetic on this thread never waits: without a turn of the event loop, no signal would arrive.
    await nextTurn();
  }

  /** Saves the last checkpoint, unless it is saved already. */
  async finish(): Promise<void> {
    if (this.#unsaved === undefined) return;
    await this.#save(this.#unsaved);
    this.#unsaved = undefined;
    this.#savedAt = this.#now();
  }
}
