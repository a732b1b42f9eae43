import { WideheadError } from "@widehead/core";
import type { CompiledModule, SimdEngine } from "@widehead/wasm-kernels";
import { type StartWorker, startWorker, type WorkerThread } from "./host.ts";
import { createJob, type Job, publish, takePart } from "./job.ts";

export type Kernel = (...values: number[]) => void;

export interface PoolOptions {
  readonly start?: StartWorker;
  /** How long all workers may take to start, in ms. */
  readonly startMs?: number;
  /** How long a worker looks for the next call before it sleeps, in ms. */
  readonly spinMs?: number;
  /** How long the caller waits for parts that workers have taken, in ms, beyond four times what its own took. */
  readonly waitMs?: number;
}

/** What worker/kernels.js is sent. */
interface Setup {
  readonly modules: readonly CompiledModule[];
  readonly names: readonly string[];
  readonly memory: object;
  readonly job: Job;
  readonly parts: number;
  readonly spinMs: number;
}

/** Looks at the clock after so many looks at the job. */
const LOOKS = 1024;

/**
 * Workers that run the parts of one call at a time together with the caller. A worker that fails, ends or keeps a part too
 * long makes the pool lost: see {@link WorkerPool.checkAlive}.
 */
export class WorkerPool {
  /** The caller among them. */
  readonly threads: number;
  readonly #job: Job;
  readonly #kernels: readonly Kernel[];
  readonly #waitMs: number;
  readonly #workers: WorkerThread[] = [];
  #lost: WideheadError | undefined;
  #closed: Promise<void> | undefined;

  private constructor(threads: number, kernels: readonly Kernel[], waitMs: number) {
    this.threads = threads;
    this.#job = createJob(threads);
    this.#kernels = kernels;
    this.#waitMs = waitMs;
  }

  /**
   * Kernel number i is `names[i]` of the engine's `kernels`, then follow those of its `float64Kernels`. Throws
   * ERR_BACKEND_UNAVAILABLE, and then no worker runs.
   */
  static async create(
    { kernels, float64Kernels, modules, memory }: SimdEngine,
    threads: number,
    names: readonly string[],
    { start = startWorker, startMs = 10_000, spinMs = 0.1, waitMs = 5000 }: PoolOptions = {},
  ): Promise<WorkerPool> {
    const tables = [kernels, float64Kernels] as unknown as readonly Readonly<Record<string, Kernel>>[];
    const all = tables.flatMap((table) => names.map((name) => table[name]!));
    const pool = new WorkerPool(threads, all, waitMs);
    try {
      await pool.#start(start, startMs, { modules, names, memory, job: pool.#job, parts: threads, spinMs });
    } catch (cause) {
      await pool.close();
      const reason = `its workers cannot start: ${cause instanceof Error ? cause.message : String(cause)}`;
      const message = `create: backend "wasm" must be available, but ${reason}`;
      throw new WideheadError("ERR_BACKEND_UNAVAILABLE", message, { backend: "wasm", reason }, { cause });
    }
    return pool;
  }

  /** A worker must be woken before it can take a part. */
  get asleep(): boolean {
    return Atomics.load(this.#job.sleeping, 0) > 0;
  }

  /** Throws ERR_DEVICE_LOST when the pool is lost. */
  checkAlive(): void {
    if (Atomics.load(this.#job.failed, 0) !== 0) this.#lose("a kernel failed");
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** Runs all parts of a call. Throws ERR_DEVICE_LOST. */
  run(kernel: number, values: readonly number[]): void {
    const { threads } = this;
    const job = this.#job;
    const begin = performance.now();
    publish(job, kernel, values, threads);
    const compute = this.#kernels[kernel]!;
    try {
      compute(0, threads, ...values);
      for (let part = takePart(job, threads); part !== undefined; part = takePart(job, threads)) {
        compute(part, threads, ...values);
        Atomics.sub(job.pending, 0, 1);
      }
    } catch (cause) {
      throw this.#lose("a kernel failed", cause);
    }
    this.#wait(begin);
  }

  /** Resolves when no worker runs. */
  close(): Promise<void> {
    this.#closed ??= Promise.all(this.#workers.map((worker) => worker.terminate())).then(() => {});
    return this.#closed;
  }

  async #start(start: StartWorker, limit: number, setup: Setup): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`they were not ready within ${limit} ms`)), limit);
    });
    try {
      const ready = Array.from({ length: this.threads - 1 }, () => this.#startOne(start, setup));
      await Promise.race([late, Promise.all(ready)]);
    } finally {
      clearTimeout(timer);
    }
    for (const worker of this.#workers) worker.release();
  }

  #startOne(start: StartWorker, setup: Setup): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = start({
        message: (data) => {
          const { reason } = data as { readonly reason?: string };
          if (reason === undefined) resolve();
          else reject(new Error(reason));
        },
        end: (reason) => {
          reject(new Error(reason));
          if (this.#closed === undefined) this.#lose(reason);
        },
      });
      this.#workers.push(worker);
      worker.post(setup);
    });
  }

  /** Until workers have ended the parts that they took. */
  #wait(begin: number): void {
    const { pending, failed } = this.#job;
    let limit: number | undefined;
    while (Atomics.load(pending, 0) !== 0) {
      for (let look = 0; look < LOOKS; look += 1) if (Atomics.load(pending, 0) === 0) return;
      const now = performance.now();
      limit ??= now + this.#waitMs + 4 * (now - begin);
      if (Atomics.load(failed, 0) !== 0) throw this.#lose("a kernel failed");
      if (now > limit) throw this.#lose(`a worker has not ended its part in ${Math.round(now - begin)} ms`);
    }
  }

  #lose(reason: string, cause?: unknown): WideheadError {
    this.#lost ??= new WideheadError(
      "ERR_DEVICE_LOST",
      `backend "wasm": its workers must go on, but ${reason}`,
      { backend: "wasm", reason },
      { cause },
    );
    void this.close();
    return this.#lost;
  }
}
