import type { Device } from "./device.ts";
import type { Faults } from "./faults.ts";
import { COPIED_TO, MAP_READ, MAPPED } from "./flags.ts";
import { pack } from "./kernels/pack.ts";
import type { GpuMatrix } from "./matrix.ts";
import type { Memory } from "./memory.ts";
import { elements } from "./program.ts";
import type { Recorder } from "./recorder.ts";

/** Reads matrices through one staging buffer and one map for each call; buffers are kept for the next. */
export class Readback {
  readonly #device: Device;
  readonly #faults: Faults;
  readonly #recorder: Recorder;
  readonly #memory: Memory;
  readonly #free: GPUBuffer[] = [];

  constructor(device: Device, faults: Faults, recorder: Recorder, memory: Memory) {
    this.#device = device;
    this.#faults = faults;
    this.#recorder = recorder;
    this.#memory = memory;
  }

  /** Submits what was recorded, then copies. Throws ERR_DISPOSED, ERR_DEVICE_LOST, ERR_MEMORY. */
  async read(matrices: readonly GpuMatrix[]): Promise<Float32Array[]> {
    this.#faults.check();
    const bytes = 4 * matrices.reduce((sum, { length }) => sum + length, 0);
    const buffer = this.#take(bytes);
    this.#recordCopies(matrices, buffer);
    this.#recorder.submit();
    const mapped = bytes === 0 ? this.#device.gpu.queue.onSubmittedWorkDone() : buffer.mapAsync(MAP_READ, 0, bytes);
    const [collected, copied] = await Promise.allSettled([
      this.#faults.collect(),
      mapped.then(() => this.#copyOut(matrices, buffer, bytes)),
    ]);
    if (collected.status === "fulfilled" && copied.status === "fulfilled") {
      this.#free.push(buffer);
      return copied.value;
    }
    this.#device.destroyBuffer(buffer);
    // What was collected explains why nothing could be copied.
    if (collected.status === "rejected") throw collected.reason;
    throw this.#faults.unanswered((copied as PromiseRejectedResult).reason);
  }

  #recordCopies(matrices: readonly GpuMatrix[], buffer: GPUBuffer): void {
    const gaps = matrices.filter(({ contiguous }) => !contiguous);
    const packed = this.#memory.scratch(
      "packed",
      1,
      gaps.reduce((sum, { length }) => sum + length, 0),
    );
    let place = 0;
    for (const a of gaps) {
      if (a.length === 0) continue;
      const out = packed.window(0, place, 1, a.length);
      const parameters = { columns: a.columns, count: a.length };
      this.#recorder.run(pack, { operands: { out, a }, parameters, workgroups: elements(a.length) });
      place += a.length;
    }
    let from = 0;
    let to = 0;
    for (const { contiguous, storage, offset, length } of matrices) {
      if (length === 0) continue;
      const source = contiguous ? storage : packed.storage;
      this.#recorder.copy(source.buffer, 4 * (contiguous ? offset : from), buffer, to, 4 * length);
      if (!contiguous) from += length;
      to += 4 * length;
    }
  }

  #copyOut(matrices: readonly GpuMatrix[], buffer: GPUBuffer, bytes: number): Float32Array[] {
    if (bytes === 0) return matrices.map(() => new Float32Array(0));
    const numbers = new Float32Array(buffer.getMappedRange(0, bytes));
    let place = 0;
    const copies = matrices.map(({ length }) => {
      place += length;
      return numbers.slice(place - length, place);
    });
    buffer.unmap();
    return copies;
  }

  /** A free buffer of at least so many bytes; smaller free ones make way for a new one. */
  #take(bytes: number): GPUBuffer {
    const fitting = this.#free.findIndex(({ size }) => size >= bytes);
    if (fitting !== -1) return this.#free.splice(fitting, 1)[0] as GPUBuffer;
    const small = this.#free.pop();
    if (small !== undefined) this.#device.destroyBuffer(small);
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, 256)));
    return this.#device.createBuffer({
      label: "readback",
      size: Math.min(size, Math.max(bytes, this.#device.gpu.limits.maxBufferSize)),
      usage: MAPPED | COPIED_TO,
    });
  }
}
