import { isWideheadError, WideheadError } from "@widehead/core";

/** Runs tasks in the order in which they come, each when the one before is done. After one that fails none is run. */
export class TaskQueue {
  #tail: Promise<void> = Promise.resolve();
  #failure: WideheadError | undefined;

  /** Queues work without a result; its failure shows at the next {@link TaskQueue.result}. */
  add(task: () => void | Promise<void>): void {
    this.#tail = this.#tail.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await task();
      } catch (error) {
        this.#failure = describe(error);
      }
    });
  }

  /** Queues work with a result. Rejects with the first failure of all work so far. */
  async result<T>(task: () => T | Promise<T>): Promise<T> {
    let value: T;
    this.add(async () => {
      value = await task();
    });
    await this.#tail;
    if (this.#failure !== undefined) throw this.#failure;
    return value!;
  }

  /** Resolves when nothing is left to do, with whether nothing failed. What is queued from now on fails for this reason. */
  async close(reason: WideheadError): Promise<boolean> {
    let sound = false;
    this.add(() => {
      sound = true;
      throw reason;
    });
    await this.#tail;
    return sound;
  }
}

/** What gpu.js threw says nothing about which matrices are still right. */
function describe(error: unknown): WideheadError {
  if (isWideheadError(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new WideheadError(
    "ERR_DEVICE_LOST",
    `gpujs: expected gpu.js to go on, but it failed and the matrices are lost: ${reason}`,
    { backend: "gpujs" },
    { cause: error },
  );
}
