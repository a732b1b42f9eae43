import {
  type Backend,
  bytesOf,
  type Capabilities,
  type FloatArray,
  type Matrix,
  type MemoryStats,
  type Numerics,
} from "@widehead/core";
import { Block } from "./block.ts";
import { MlMatrixKernels } from "./kernels.ts";

/** ml-matrix does not say its version at run time; a test holds this to the installed one. */
export const kernel = "ml-matrix 6.15.1";

export const supports: Capabilities = Object.freeze({
  float32: false,
  float64: true,
  threads: false,
  deterministic: true,
});

/** Runs each kernel when it is called. */
export class MlMatrixBackend extends MlMatrixKernels implements Backend {
  readonly name = "ml-matrix";
  readonly kernel: string = kernel;
  readonly threads = 1;
  readonly supports: Capabilities = supports;
  readonly numerics: Numerics = Object.freeze({ dtype: "float64", roundoff: 2 ** -53 });
  readonly #storage = new WeakSet<FloatArray>();
  #buffers = 0;
  #bytes = 0;

  allocate(rows: number, columns: number): Matrix {
    const bytes = rows * columns * bytesOf("float64");
    const data = new Float64Array(rows * columns);
    this.#storage.add(data);
    this.#buffers += 1;
    this.#bytes += bytes;
    return new Block(rows, columns, { data, offset: 0, rowStride: columns, columnStride: 1 }, () => {
      this.#buffers -= 1;
      this.#bytes -= bytes;
    });
  }

  owns(matrix: Matrix): boolean {
    return matrix instanceof Block && this.#storage.has(matrix.data);
  }

  view(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix {
    return (matrix as Block).window(row, column, rows, columns);
  }

  write(matrix: Matrix, data: FloatArray): void {
    const target = matrix as Block;
    for (let i = 0; i < matrix.rows; i += 1) {
      target.data.set(data.subarray(i * matrix.columns, (i + 1) * matrix.columns), target.rowStart(i));
    }
  }

  async readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    return matrices.map((matrix) => copyOf(matrix as Block));
  }

  async settle(): Promise<void> {}

  stats(): MemoryStats {
    return { buffers: this.#buffers, bytes: this.#bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function copyOf(source: Block): Float64Array {
  const copy = new Float64Array(source.rows * source.columns);
  for (let i = 0; i < source.rows; i += 1) {
    const start = source.rowStart(i);
    copy.set(source.data.subarray(start, start + source.columns), i * source.columns);
  }
  return copy;
}
