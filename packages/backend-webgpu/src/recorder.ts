import { BindGroups } from "./bind-groups.ts";
import type { Device } from "./device.ts";
import type { Faults } from "./faults.ts";
import type { GpuMatrix, Storage } from "./matrix.ts";
import type { Program } from "./program.ts";
import { type HostData, Staging } from "./staging.ts";

/** Recorded calls beyond which the device is given something to do. */
const LONGEST = 512;

/** One call of a program. */
export interface Call<Operand extends string, Parameter extends string> {
  readonly operands: Readonly<Record<Operand, GpuMatrix>>;
  readonly parameters: Readonly<Record<Parameter, number>>;
  /** Staged one after the other. */
  readonly data?: readonly HostData[];
  /** How many workgroups, spread over two dimensions where there are many; or along x and y. */
  readonly workgroups: number | readonly [number, number];
}

/** Records kernels in call order, and submits them as one command buffer. */
export class Recorder {
  readonly #device: Device;
  readonly #faults: Faults;
  readonly #groups: BindGroups;
  readonly #staging: Staging;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #calls = 0;
  /** Buffers that recorded calls may still use. */
  #retired: GPUBuffer[] = [];

  constructor(device: Device, faults: Faults) {
    this.#device = device;
    this.#faults = faults;
    this.#groups = new BindGroups(device.gpu);
    this.#staging = new Staging(device);
  }

  /** Throws ERR_DISPOSED, ERR_DEVICE_LOST, ERR_MEMORY. */
  run<Operand extends string, Parameter extends string>(
    program: Program<Operand, Parameter>,
    { operands, parameters, data = [], workgroups }: Call<Operand, Parameter>,
  ): void {
    this.#faults.check();
    const names = Object.keys(program.operands) as Operand[];
    const matrices = names.map((name) => operands[name]);
    const types = Object.entries(program.parameters) as [Parameter, string][];
    const parameterWords = 2 * names.length + 1 + types.length;
    const words = data.reduce((sum, { length }) => sum + length, parameterWords);
    if (this.#calls >= LONGEST || !this.#staging.fits(words)) this.submit();

    const place = this.#staging.reserve(words);
    const { integers, floats } = this.#staging;
    let at = place;
    for (const { offset, stride } of matrices) {
      integers[at] = offset;
      integers[at + 1] = stride;
      at += 2;
    }
    integers[at] = place + parameterWords;
    at += 1;
    for (const [name, type] of types) {
      (type === "f32" ? floats : integers)[at] = parameters[name];
      at += 1;
    }
    for (const part of data) at = this.#staging.put(at, part);
    this.#dispatch(program, matrices, place, workgroups);
  }

  #dispatch(
    program: Program,
    matrices: readonly GpuMatrix[],
    place: number,
    workgroups: number | readonly [number, number],
  ): void {
    const buffers: Storage[] = [];
    const bindings = matrices.map(({ storage }) => {
      const known = buffers.indexOf(storage);
      return known === -1 ? buffers.push(storage) - 1 : known;
    });
    const pipeline = this.#device.pipelines.get(program, bindings);
    this.#pass ??= this.#commands().beginComputePass();
    this.#pass.setPipeline(pipeline.compiled);
    this.#pass.setBindGroup(0, this.#staging.group, [place * 4]);
    this.#pass.setBindGroup(1, this.#groups.get(pipeline, buffers));
    const [x, y] = typeof workgroups === "number" ? this.#spread(workgroups) : workgroups;
    this.#pass.dispatchWorkgroups(x, y);
    this.#calls += 1;
  }

  /** x · y ≥ count, neither beyond the adapter's limit. */
  #spread(count: number): readonly [number, number] {
    const y = Math.ceil(count / this.#device.gpu.limits.maxComputeWorkgroupsPerDimension);
    return [Math.ceil(count / y), y];
  }

  /** The commands recorded after every kernel so far. */
  #commands(): GPUCommandEncoder {
    this.#encoder ??= this.#device.gpu.createCommandEncoder();
    return this.#encoder;
  }

  /** Records a copy between buffers. */
  copy(from: GPUBuffer, fromBytes: number, to: GPUBuffer, toBytes: number, bytes: number): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#commands().copyBufferToBuffer(from, fromBytes, to, toBytes, bytes);
  }

  /** Gives the device everything that was recorded. */
  submit(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#staging.send();
    if (this.#encoder !== undefined) this.#device.gpu.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
    this.#calls = 0;
    for (const buffer of this.#retired) this.#device.destroyBuffer(buffer);
    this.#retired = [];
  }

  /** Destroys a buffer once the calls that may use it have been submitted. */
  retire(storage: Storage): void {
    this.#groups.forget(storage);
    this.#retired.push(storage.buffer);
  }
}
