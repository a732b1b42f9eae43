import type { Backend, Capabilities, FloatArray, Matrix, MemoryStats, Numerics } from "@widehead/core";
import { Device } from "./device.ts";
import { Faults } from "./faults.ts";
import { write } from "./kernels/write.ts";
import { GpuKernels, gpu } from "./kernels.ts";
import { Memory } from "./memory.ts";
import { elements } from "./program.ts";
import { Readback } from "./readback.ts";
import { Recorder } from "./recorder.ts";

export const supports: Capabilities = Object.freeze({
  float32: true,
  float64: false,
  threads: false,
  deterministic: true,
});

/** Numbers of a matrix that are staged at once. */
const CHUNK = 2 ** 20;

/** Records each kernel when it is called, and submits what was recorded when something is read. */
export class WebGpuBackend extends GpuKernels implements Backend {
  readonly name = "webgpu";
  readonly kernel: string;
  readonly threads = 1;
  readonly supports: Capabilities = supports;
  readonly numerics: Numerics = Object.freeze({ dtype: "float32", roundoff: 2 ** -24 });
  readonly #device: Device;
  readonly #release: () => void;
  readonly #faults: Faults;
  readonly #readback: Readback;
  #disposed = false;

  /**
   * @param gpu  belongs to the backend until it is disposed
   * @param release  what then becomes of it; it is destroyed unless told
   */
  constructor(gpu: GPUDevice, kernel: string, release: () => void = () => gpu.destroy()) {
    const device = new Device(gpu);
    const faults = new Faults(gpu);
    const recorder = new Recorder(device, faults);
    const { maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } = gpu.limits;
    const threads = Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
    const memory = new Memory(device, faults, recorder);
    super(recorder, memory, 2 ** Math.floor(Math.log2(threads)));
    this.kernel = kernel;
    this.#device = device;
    this.#release = release;
    this.#faults = faults;
    this.#readback = new Readback(device, faults, recorder, memory);
  }

  allocate(rows: number, columns: number): Matrix {
    return this.memory.allocate(rows, columns);
  }

  owns(matrix: Matrix): boolean {
    return this.memory.owns(gpu(matrix));
  }

  view(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix {
    return gpu(matrix).window(row, column, rows, columns);
  }

  write(matrix: Matrix, data: FloatArray): void {
    const { columns, length } = gpu(matrix);
    for (let first = 0; first < length; first += CHUNK) {
      const numbers = data.subarray(first, first + CHUNK);
      const count = numbers.length;
      this.recorder.run(write, {
        operands: { out: gpu(matrix) },
        parameters: { columns, count, first },
        data: [numbers],
        workgroups: elements(count),
      });
    }
  }

  readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    return this.#readback.read(matrices.map(gpu));
  }

  async settle(): Promise<void> {
    await this.#readback.read([]);
  }

  stats(): MemoryStats {
    return this.memory.stats();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#faults.dispose();
    this.#device.destroyBuffers();
    this.#release();
  }
}
