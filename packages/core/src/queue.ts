import { WideheadError } from "./errors.ts";

/** Runs tasks one at a time in the order of the calls, so that overlapping calls on one object never mix. */
export class CallQueue {
  readonly #owner: string;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  /** @param owner  what the ERR_DISPOSED of later calls names */
  constructor(owner: string) {
    this.#owner = owner;
  }

  /** Rejects with ERR_DISPOSED once closed. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const checked = async (): Promise<T> => {
      if (this.#closed) {
        throw new WideheadError("ERR_DISPOSED", `${this.#owner}: expected a live one, got a disposed one`, {
          argument: this.#owner,
        });
      }
      return task();
    };
    const result = this.#last.then(checked, checked);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Lets the calls before finish, then runs `free` once; later calls reject. */
  async close(free: () => void | Promise<void>): Promise<void> {
    if (this.#closed) return;
    const previous = this.#last;
    const closing = previous.then(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await free();
    });
    this.#last = closing.catch(() => undefined);
    await closing;
  }
}
