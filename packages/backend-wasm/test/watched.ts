import type { Dtype } from "@widehead/core";
import { createEngine } from "@widehead/wasm-kernels";
import { createThreaded, type ThreadedBackend } from "../src/backend.ts";
import { type StartWorker, startWorker, type WorkerThread } from "../src/threads/host.ts";
import type { Job } from "../src/threads/job.ts";
import type { PoolOptions } from "../src/threads/pool.ts";

/** Starts workers as the backend does, and remembers them and what they were sent. */
export class Watched {
  readonly workers: WorkerThread[] = [];
  /** Why each worker has ended. */
  readonly ends: Promise<string>[] = [];
  job!: Job;

  readonly start: StartWorker = ({ message, end }) => {
    let worker!: WorkerThread;
    const ended = new Promise<string>((resolve) => {
      worker = startWorker({
        message,
        end: (reason) => {
          end(reason);
          resolve(reason);
        },
      });
    });
    this.ends.push(ended);
    this.workers.push(worker);
    return {
      ...worker,
      post: (setup) => {
        this.job = (setup as { readonly job: Job }).job;
        worker.post(setup);
      },
    };
  };
}

export async function createOnThreads(
  dtype: Dtype,
  threads: number,
  { maximumBytes = 2 ** 32, ...options }: PoolOptions & { readonly maximumBytes?: number } = {},
): Promise<ThreadedBackend> {
  const supports = { float32: true, float64: true, threads: true, deterministic: true };
  const engine = await createEngine({ dtype, maximumBytes });
  return createThreaded(engine, { name: "threaded", kernel: "simd", supports }, threads, options);
}
