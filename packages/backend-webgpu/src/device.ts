import { Pipelines } from "./pipelines.ts";

/** What was compiled on each device, for every backend that it serves in turn. */
const compiled = new WeakMap<GPUDevice, Pipelines>();

/** A device, and the buffers that one backend has there. */
export class Device {
  readonly gpu: GPUDevice;
  readonly pipelines: Pipelines;
  readonly #buffers = new Set<GPUBuffer>();

  constructor(gpu: GPUDevice) {
    this.gpu = gpu;
    this.pipelines = compiled.get(gpu) ?? new Pipelines(gpu);
    compiled.set(gpu, this.pipelines);
  }

  createBuffer(descriptor: GPUBufferDescriptor): GPUBuffer {
    const buffer = this.gpu.createBuffer(descriptor);
    this.#buffers.add(buffer);
    return buffer;
  }

  destroyBuffer(buffer: GPUBuffer): void {
    this.#buffers.delete(buffer);
    buffer.destroy();
  }

  destroyBuffers(): void {
    for (const buffer of this.#buffers) buffer.destroy();
    this.#buffers.clear();
  }
}
