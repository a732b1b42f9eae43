import { COMPUTE_STAGE } from "./flags.ts";
import { accessOf, type Program, sourceOf } from "./program.ts";

/** A program compiled for one way in which its operands share buffers. */
export interface Pipeline {
  readonly compiled: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly id: number;
}

/** The programs of a device, each compiled when it is first called. */
export class Pipelines {
  readonly #device: GPUDevice;
  /** Of group 0: parameters and staged host data. */
  readonly callLayout: GPUBindGroupLayout;
  readonly #pipelines = new Map<string, Pipeline>();

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
}
