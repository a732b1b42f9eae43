import { COMPUTE_STAGE } from "./flags.ts";
import type { Storage } from "./matrix.ts";
import { accessOf, type Program, sourceOf } from "./program.ts";

/** A program compiled for one way in which its operands share buffers. */
export interface Pipeline {
  readonly compiled: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly id: number;
}

interface Group {
  readonly group: GPUBindGroup;
  readonly buffers: readonly Storage[];
}

/** Compiles programs when they are first called, and keeps the bind groups of buffers that are used together. */
export class Pipelines {
  readonly #device: GPUDevice;
  /** Of group 0: parameters and staged host data. */
  readonly callLayout: GPUBindGroupLayout;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #groups = new Map<string, Group>();
  /** The keys of the bind groups that hold a buffer. */
  readonly #keys = new Map<Storage, Set<string>>();

  constructor(device: GPUDevice) {
    this.#device = device;
    const visibility = COMPUTE_STAGE;
    this.callLayout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility, buffer: { type: "uniform", hasDynamicOffset: true } },
        { binding: 1, visibility, buffer: { type: "read-only-storage" } },
      ],
    });
  }

  /** @param bindings  see {@link sourceOf} */
  get(program: Program, bindings: readonly number[]): Pipeline {
    const key = `${program.name} ${bindings}`;
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      pipeline = { ...this.#compile(program, bindings), id: this.#pipelines.size };
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  #compile(program: Program, bindings: readonly number[]): Omit<Pipeline, "id"> {
    const layout = this.#device.createBindGroupLayout({
      entries: accessOf(program, bindings).map((access, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer: { type: access === "read" ? "read-only-storage" : "storage" },
      })),
    });
    const compiled = this.#device.createComputePipeline({
      label: program.name,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [this.callLayout, layout] }),
      compute: { module: this.#device.createShaderModule({ code: sourceOf(program, bindings) }) },
    });
    return { compiled, layout };
  }

  /** The bind group of these buffers. */
  group({ id, layout }: Pipeline, buffers: readonly Storage[]): GPUBindGroup {
    const key = `${id} ${buffers.map((storage) => storage.id)}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known.group;

    const entries = buffers.map(({ buffer }, binding) => ({ binding, resource: { buffer } }));
    const group = this.#device.createBindGroup({ layout, entries });
    this.#groups.set(key, { group, buffers });
    for (const storage of buffers) {
      const keys = this.#keys.get(storage) ?? new Set();
      this.#keys.set(storage, keys.add(key));
    }
    return group;
  }

  /** Lets go of the bind groups that hold a buffer. */
  forget(storage: Storage): void {
    for (const key of this.#keys.get(storage) ?? []) {
      for (const other of this.#groups.get(key)?.buffers ?? []) this.#keys.get(other)?.delete(key);
      this.#groups.delete(key);
    }
    this.#keys.delete(storage);
  }
}
