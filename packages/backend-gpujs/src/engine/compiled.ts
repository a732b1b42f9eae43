import { WideheadError } from "@widehead/core";
import type { Instance, Kernel, Library } from "./library.ts";
import type { KernelSource, ParameterKind } from "./source.ts";

/** How the threads of a grid are laid out. */
export interface Layout {
  /** Declares `row` and `column` from the thread, `rows` and `columns`. */
  readonly prologue: string;
  /** gpu.js's output size. */
  readonly output: readonly number[];
}

/** How kernels are put to gpu.js in a family of modes. */
export interface Dialect {
  /** gpu.js's name for the type of a matrix. */
  readonly matrixType: "Input" | "ArrayTexture(1)";
  layout(rows: number, columns: number): Layout;
}

/** No loop here is endless; gpu.js cuts those off that reach its limit of 1,000 unless told. */
const LOOP_LIMIT = 2 ** 30;

/** Sizes for which a kernel in mode webasm stays compiled; a step alone calls products of a dozen. */
const MODULES = 64;

/** The kernels of one instance of gpu.js, each compiled when it is first called. */
export class CompiledKernels {
  readonly #library: Library;
  readonly #instance: Instance;
  readonly #dialect: Dialect;
  readonly #kernels = new Map<string, { readonly call: Kernel; output: string }>();

  constructor(library: Library, instance: Instance, dialect: Dialect) {
    this.#library = library;
    this.#instance = instance;
    this.#dialect = dialect;
  }

  /** Calls a kernel on a grid. What it returns depends on the mode and on `settings`, which count at the first call. */
  run(
    source: KernelSource,
    rows: number,
    columns: number,
    args: readonly unknown[],
    settings: Readonly<Record<string, unknown>> = {},
  ): unknown {
    const { prologue, output } = this.#dialect.layout(rows, columns);
    const key = `${source.name} ${prologue}`;
    let kernel = this.#kernels.get(key);
    if (kernel === undefined) {
      kernel = { call: this.#compile(source, prologue, settings), output: "" };
      this.#kernels.set(key, kernel);
    }
    if (kernel.output !== output.join()) {
      forgetArguments(kernel.call);
      kernel.call.setOutput(output);
      kernel.output = output.join();
    }
    const result = kernel.call(rows, columns, ...args);
    if (kernel.call.fallbackReason !== null) {
      const reason = kernel.call.fallbackReason;
      throw new WideheadError("ERR_UNSUPPORTED", `${source.name}: gpu.js cannot run it in this mode: ${reason}`, {
        backend: "gpujs",
        kernel: source.name,
      });
    }
    return result;
  }

  /** Host numbers as an argument. */
  input(data: Float32Array): unknown {
    return new this.#library.Input(data, [data.length]);
  }

  #compile({ parameters, body }: KernelSource, prologue: string, settings: Readonly<Record<string, unknown>>): Kernel {
    const types: Record<string, string> = { rows: "Integer", columns: "Integer" };
    for (const [name, kind] of Object.entries(parameters)) {
      types[name] = this.#typeOf(kind);
      if (kind !== "matrix") continue;
      for (const part of ["Origin", "Row", "Column"]) types[name + part] = "Integer";
    }
    const text = `function (${Object.keys(types).join(", ")}) { ${prologue} ${body} }`;
    const kernel = this.#instance.createKernel(text, {
      argumentTypes: types,
      dynamicArguments: true,
      dynamicOutput: true,
      pipeline: true,
      immutable: true,
      precision: "single",
      tactic: "precision",
      loopMaxIterations: LOOP_LIMIT,
      ...settings,
    });
    kernel.moduleCacheLimit = MODULES;
    return kernel;
  }

  #typeOf(kind: ParameterKind): string {
    switch (kind) {
      case "matrix":
        return this.#dialect.matrixType;
      case "cells":
        return "ArrayTexture(4)";
      case "list":
        return "Input";
      case "integer":
        return "Integer";
      case "number":
        return "Float";
    }
  }
}

/**
 * A GL kernel that is given its own last result keeps it, to compute into it later; but by then it may be of another size,
 * and gpu.js does not look.
 */
function forgetArguments(kernel: Kernel): void {
  for (const argument of kernel.kernelArguments ?? []) {
    argument.prevArg?.delete();
    argument.prevArg = undefined;
  }
}
