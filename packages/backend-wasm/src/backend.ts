import { SimdBackend, type SimdDescription, type SimdEngine } from "@widehead/wasm-kernels";
import { type PoolOptions, WorkerPool } from "./threads/pool.ts";
import { splitEngine, splitNames } from "./threads/split.ts";

/**
 * A backend on this many threads, at least 2, over an engine with shared memory. Throws ERR_BACKEND_UNAVAILABLE and
 * ERR_MEMORY, and then no worker runs.
 */
export async function createThreaded(
  engine: SimdEngine,
  description: SimdDescription,
  threads: number,
  options?: PoolOptions,
): Promise<ThreadedBackend> {
  const pool = await WorkerPool.create(engine, threads, splitNames, options);
  try {
    return new ThreadedBackend(engine, description, pool);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** The SIMD backend on a pool of workers. When the pool is lost, every call throws ERR_DEVICE_LOST. */
export class ThreadedBackend extends SimdBackend {
  readonly #pool: WorkerPool;

  constructor(engine: SimdEngine, description: SimdDescription, pool: WorkerPool) {
    super(splitEngine(engine, pool), { ...description, threads: pool.threads });
    this.#pool = pool;
  }

  protected override checkAlive(op: string): void {
    super.checkAlive(op);
    this.#pool.checkAlive();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#pool.close();
  }
}
