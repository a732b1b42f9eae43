import { WideheadError } from "@widehead/core";
import type { Device } from "./device.ts";
import { COPIED_TO, STORAGE, UNIFORM } from "./flags.ts";

/** Host numbers that travel with a call. */
export type HostData = Uint32Array | Float32Array | Float64Array;

/** Words between the parameters of two calls: the largest alignment of a dynamic offset that WebGPU allows. */
const CALL_ALIGNMENT = 64;
const FIRST_CAPACITY = 2 ** 18;

/**
 * Parameters and host data of the calls that are recorded but not yet submitted. They go to the device in one copy, before
 * the calls run.
 */
export class Staging {
  readonly #device: Device;
  /** All words, as integers and as floats. */
  integers: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  floats: Float32Array = new Float32Array(0);
  #buffer: GPUBuffer | undefined;
  #group: GPUBindGroup | undefined;
  #used = 0;

  constructor(device: Device) {
    this.#device = device;
    this.#grow(FIRST_CAPACITY);
  }

  /** Bind group 0 of every call, with the call's place as dynamic offset. */
  get group(): GPUBindGroup {
    return this.#group as GPUBindGroup;
  }

  /** True when a call with so many words of parameters and data has room beside the others. */
  fits(words: number): boolean {
    return this.#used + words <= this.integers.length;
  }

  /** The place of so many words. Grows, when nothing else is staged. Throws ERR_MEMORY. */
  reserve(words: number): number {
    if (!this.fits(words)) this.#grow(2 ** Math.ceil(Math.log2(words)));
    const place = this.#used;
    this.#used = Math.ceil((place + words) / CALL_ALIGNMENT) * CALL_ALIGNMENT;
    return place;
  }

  /** Puts data at a place, numbers rounded to float32, and says where it ends. */
  put(place: number, data: HostData): number {
    if (data instanceof Uint32Array) this.integers.set(data, place);
    else this.floats.set(data, place);
    return place + data.length;
  }

  /** Hands what is staged to the device's queue. */
  send(): void {
    if (this.#used > 0) this.#device.gpu.queue.writeBuffer(this.#buffer as GPUBuffer, 0, this.integers, 0, this.#used);
    this.#used = 0;
  }

  #grow(words: number): void {
    const size = words * 4;
    const { limits } = this.#device.gpu;
    const limit = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
    if (size > limit) {
      const message = `webgpu: host data of one call must fit ${limit} bytes of this adapter, got ${size}`;
      throw new WideheadError("ERR_MEMORY", message, { backend: "webgpu", expected: limit, actual: size });
    }
    if (this.#buffer !== undefined) this.#device.destroyBuffer(this.#buffer);
    const usage = UNIFORM | STORAGE | COPIED_TO;
    const buffer = this.#device.createBuffer({ label: "staging", size, usage });
    const memory = new ArrayBuffer(size);
    this.integers = new Uint32Array(memory);
    this.floats = new Float32Array(memory);
    this.#buffer = buffer;
    this.#group = this.#device.gpu.createBindGroup({
      layout: this.#device.pipelines.callLayout,
      entries: [
        { binding: 0, resource: { buffer, size: CALL_ALIGNMENT * 4 } },
        { binding: 1, resource: { buffer } },
      ],
    });
  }
}
