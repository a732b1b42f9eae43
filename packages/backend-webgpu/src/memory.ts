import { type MemoryStats, WideheadError } from "@widehead/core";
import type { Device } from "./device.ts";
import type { Faults } from "./faults.ts";
import { COPIED_FROM, COPIED_TO, STORAGE } from "./flags.ts";
import { GpuMatrix, type Storage } from "./matrix.ts";
import type { Recorder } from "./recorder.ts";

const USAGE = STORAGE | COPIED_FROM | COPIED_TO;

/** Numbers buffers over all devices of this process. */
let created = 0;

/** The matrices of a device: one buffer each, which WebGPU fills with zeros. */
export class Memory {
  readonly #device: Device;
  readonly #faults: Faults;
  readonly #recorder: Recorder;
  readonly #owned = new WeakSet<Storage>();
  readonly #scratch = new Map<string, GpuMatrix>();
  #buffers = 0;
  #bytes = 0;

  constructor(device: Device, faults: Faults, recorder: Recorder) {
    this.#device = device;
    this.#faults = faults;
    this.#recorder = recorder;
  }

  /** Throws ERR_MEMORY where the adapter cannot hold it in one buffer, ERR_DISPOSED, ERR_DEVICE_LOST. */
  allocate(rows: number, columns: number): GpuMatrix {
    const storage = this.#create(rows, columns);
    this.#owned.add(storage);
    this.#buffers += 1;
    this.#bytes += storage.bytes;
    return new GpuMatrix(rows, columns, { storage, offset: 0, stride: columns }, () => {
      this.#buffers -= 1;
      this.#bytes -= storage.bytes;
      this.#recorder.retire(storage);
    });
  }

  owns(matrix: GpuMatrix): boolean {
    return this.#owned.has(matrix.storage);
  }

  /** A matrix with whatever was in it, for the time of one kernel; the next call with the same name may return it again. */
  scratch(name: string, rows: number, columns: number): GpuMatrix {
    let matrix = this.#scratch.get(name);
    if (matrix === undefined || matrix.length < rows * columns) {
      matrix?.[Symbol.dispose]();
      const storage = this.#create(rows, columns);
      const layout = { storage, offset: 0, stride: columns };
      matrix = new GpuMatrix(rows, columns, layout, () => this.#recorder.retire(storage));
      this.#scratch.set(name, matrix);
    }
    return new GpuMatrix(rows, columns, { storage: matrix.storage, offset: 0, stride: columns });
  }

  stats(): MemoryStats {
    return { buffers: this.#buffers, bytes: this.#bytes };
  }

  #create(rows: number, columns: number): Storage {
    this.#faults.check();
    const size = Math.max(4, rows * columns * 4);
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.gpu.limits;
    const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (size > limit) {
      throw new WideheadError(
        "ERR_MEMORY",
        `allocate: a matrix must fit the ${limit} bytes that this adapter binds, got [${rows}, ${columns}], ${size} bytes`,
        { op: "allocate", expected: limit, actual: size },
      );
    }
    created += 1;
    return { id: created, buffer: this.#device.createBuffer({ size, usage: USAGE }), bytes: size };
  }
}
