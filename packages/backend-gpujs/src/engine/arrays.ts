import { CompiledKernels, type Dialect } from "./compiled.ts";
import type { Argument, Engine, Storage, Window } from "./engine.ts";
import { outOfMemory } from "./errors.ts";
import type { Instance, Library } from "./library.ts";
import { solve } from "./lu.ts";
import { type KernelSource, product } from "./source.ts";

interface ArrayStorage extends Storage {
  readonly data: Float32Array;
}

const plane = `
    const row = this.thread.y < rows ? this.thread.y : rows - 1;
    const column = this.thread.x < columns ? this.thread.x : columns - 1;`;
const singleColumn = `
    const row = this.thread.x < rows ? this.thread.x : rows - 1;
    const column = 0;`;

/** Vectors of four run along x. Threads beyond the grid, see `roomy`, do what the last does, and nobody looks. */
const dialect: Dialect = {
  matrixType: "Input",
  layout: (rows, columns) =>
    columns === 1
      ? { prologue: singleColumn, output: [roomy(rows), 1] }
      : { prologue: plane, output: [roomy(columns), roomy(rows)] },
};

/** gpu.js without a GPU, in its modes webasm and cpu: matrices are arrays of the host. */
export class ArrayEngine implements Engine {
  readonly #instance: Instance;
  readonly #kernels: CompiledKernels;

  constructor(library: Library, mode: "webasm" | "cpu") {
    this.#instance = new library.GPU({ mode });
    this.#kernels = new CompiledKernels(library, this.#instance, dialect);
  }

  allocate(rows: number, columns: number): ArrayStorage {
    try {
      const data = new Float32Array(capacity(rows * columns));
      return { rows, columns, bytes: data.byteLength, data };
    } catch (error) {
      throw outOfMemory(rows, columns, error);
    }
  }

  release(): void {}

  write(out: Window, data: Float32Array): void {
    const target = dataOf(out);
    for (let i = 0; i < out.rows; i += 1) {
      target.set(data.subarray(i * out.columns, (i + 1) * out.columns), out.origin + i * out.rowStride);
    }
  }

  compute(source: KernelSource, args: readonly Argument[], out: Window): void {
    const target = dataOf(out);
    const lines = this.#run(source, args, out.rows, out.columns) as readonly Float32Array[];
    if (out.columns === 1) {
      for (let i = 0; i < out.rows; i += 1) target[out.origin + i * out.rowStride] = lines[0][i];
    } else {
      for (let i = 0; i < out.rows; i += 1) {
        target.set(lines[i].subarray(0, out.columns), out.origin + i * out.rowStride);
      }
    }
  }

  multiply(a: Window, b: Window, out: Window, alpha: number, beta: number): void {
    const target = dataOf(out);
    const args = [a, b, out.rows, a.columns];
    const lines = this.#run(product, args, Math.ceil(out.rows / 4), out.columns) as readonly ArrayLike<
      ArrayLike<number>
    >[];
    for (let i = 0; i < out.rows; i += 1) {
      const begin = out.origin + i * out.rowStride;
      for (let j = 0; j < out.columns; j += 1) {
        const cell = out.columns === 1 ? lines[0][i >> 2] : lines[i >> 2][j];
        target[begin + j] = alpha * cell[i & 3] + (beta === 0 ? 0 : beta * target[begin + j]);
      }
    }
  }

  solve(a: Window, b: Window, out: Window, status: Window): void {
    const solution = copyOf(b);
    this.write(status, Float32Array.of(solve(copyOf(a), solution, a.rows, b.columns)));
    this.write(out, solution);
  }

  async read(windows: readonly Window[]): Promise<Float32Array[]> {
    return windows.map(copyOf);
  }

  works(): boolean {
    return true;
  }

  async destroy(): Promise<void> {
    await this.#instance.destroy();
  }

  /** What a kernel computed, line by line of x. */
  #run(source: KernelSource, args: readonly Argument[], rows: number, columns: number): unknown {
    const values = args.flatMap((argument) => {
      if (typeof argument === "number") return [argument];
      if (argument instanceof Float32Array) return [this.#kernels.input(padded(argument))];
      return [this.#kernels.input(dataOf(argument)), argument.origin, argument.rowStride, argument.columnStride];
    });
    return this.#kernels.run(source, rows, columns, values);
  }
}

function dataOf({ storage }: Window): Float32Array {
  return (storage as ArrayStorage).data;
}

/** Row-major, without gaps. */
function copyOf(window: Window): Float32Array {
  const copy = new Float32Array(window.rows * window.columns);
  for (let i = 0; i < window.rows; i += 1) {
    const begin = window.origin + i * window.rowStride;
    copy.set(dataOf(window).subarray(begin, begin + window.columns), i * window.columns);
  }
  return copy;
}

/**
 * gpu.js compiles a webasm module for each combination of sizes, in a millisecond or more. Rounding them up keeps modules
 * few: grids to powers of two and multiples of 32, arrays to a quarter of a power of two.
 */
function roomy(size: number): number {
  return size < 32 ? 2 ** Math.ceil(Math.log2(size)) : 32 * Math.ceil(size / 32);
}

function capacity(length: number): number {
  if (length <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(length)) - 2);
  return step * Math.ceil(length / step);
}

function padded(list: Float32Array): Float32Array {
  const copy = new Float32Array(capacity(list.length));
  copy.set(list);
  return copy;
}
