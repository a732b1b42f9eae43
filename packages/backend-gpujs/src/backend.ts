import {
  type Backend,
  type Capabilities,
  type FloatArray,
  type Matrix,
  type MemoryStats,
  type Numerics,
  WideheadError,
} from "@widehead/core";
import type { Engine, Storage } from "./engine/engine.ts";
import { Handle } from "./handle.ts";
import { GpujsKernels } from "./kernels.ts";
import { TaskQueue } from "./queue.ts";

export const supports: Capabilities = Object.freeze({
  float32: true,
  float64: false,
  threads: false,
  deterministic: true,
});

/** Queues what is called and runs it in order, so that a kernel may wait for the GPU while the caller goes on. */
export class GpujsBackend extends GpujsKernels implements Backend {
  readonly name = "gpujs";
  readonly kernel: string;
  readonly threads = 1;
  readonly supports: Capabilities = supports;
  readonly numerics: Numerics = Object.freeze({ dtype: "float32", roundoff: 2 ** -24 });
  readonly #release: (engine: Engine) => Promise<void>;
  readonly #storages = new WeakSet<Storage>();
  readonly #live = new Set<Storage>();
  #bytes = 0;
  #end: Promise<void> | undefined;

  /**
   * @param engine  belongs to the backend until it is disposed
   * @param release  what becomes of it then, where it did not fail; it is destroyed unless told
   */
  constructor(engine: Engine, kernel: string, release: (engine: Engine) => Promise<void> = destroy) {
    super(engine, new TaskQueue());
    this.kernel = kernel;
    this.#release = release;
  }

  allocate(rows: number, columns: number): Matrix {
    if (this.#end !== undefined) throw disposed();
    const storage = this.engine.allocate(rows, columns);
    this.#storages.add(storage);
    this.#live.add(storage);
    this.#bytes += storage.bytes;
    return new Handle(rows, columns, storage, () => {
      this.#live.delete(storage);
      this.#bytes -= storage.bytes;
      if (this.#end === undefined) this.queue.add(() => this.engine.release(storage));
    });
  }

  owns(matrix: Matrix): boolean {
    return matrix instanceof Handle && this.#storages.has(matrix.storage);
  }

  view(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix {
    return (matrix as Handle).window(row, column, rows, columns);
  }

  write(matrix: Matrix, data: FloatArray): void {
    const target = matrix as Handle;
    const copy = Float32Array.from(data);
    if (!target.empty) this.queue.add(() => this.engine.write(target, copy));
  }

  readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    return this.queue.result(() => this.engine.read(matrices as readonly Handle[]));
  }

  settle(): Promise<void> {
    return this.queue.result(() => {});
  }

  stats(): MemoryStats {
    return { buffers: this.#live.size, bytes: this.#bytes };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end ??= this.#finish();
    return this.#end;
  }

  async #finish(): Promise<void> {
    // Those that are disposed while the queue runs out are among them.
    const left = [...this.#live];
    const sound = await this.queue.close(disposed());
    for (const storage of left) this.engine.release(storage);
    await (sound ? this.#release : destroy)(this.engine);
  }
}

function destroy(engine: Engine): Promise<void> {
  return engine.destroy();
}

function disposed(): WideheadError {
  const message = 'backend "gpujs" must be alive, but it was disposed';
  return new WideheadError("ERR_DISPOSED", message, { argument: "backend" });
}
