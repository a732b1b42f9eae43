import {
  type Backend,
  type BackendModule,
  bytesOf,
  type Capabilities,
  type Dtype,
  type FloatArray,
  floatArray,
  type Matrix,
  type MemoryStats,
  type Numerics,
  resolveBackendOptions,
} from "@widehead/core";
import { arithmetics } from "./arithmetic.ts";
import { Block } from "./block.ts";
import { PlainKernels } from "./kernels.ts";

const supports: Capabilities = Object.freeze({ float32: true, float64: true, threads: false, deterministic: true });
const kernel = "plain loops";

/** The backend against which the suite checks itself: every kernel as its definition says, in float64 (the default) or float32. */
export const referenceModule: BackendModule = Object.freeze<BackendModule>({
  name: "reference",
  supports,
  probe: async () => ({ available: true, kernel, software: false }),
  create: async (options) => new ReferenceBackend(resolveBackendOptions(referenceModule, options).dtype),
});

class ReferenceBackend extends PlainKernels implements Backend {
  readonly name = "reference";
  readonly kernel = kernel;
  readonly threads = 1;
  readonly supports = supports;
  readonly numerics: Numerics;
  readonly #storage = new WeakSet<FloatArray>();
  #buffers = 0;
  #bytes = 0;

  constructor(dtype: Dtype) {
    super(arithmetics[dtype]);
    this.numerics = Object.freeze({ dtype, roundoff: dtype === "float32" ? 2 ** -24 : 2 ** -53 });
  }

  allocate(rows: number, columns: number): Matrix {
    const { dtype } = this.numerics;
    const bytes = rows * columns * bytesOf(dtype);
    const data = floatArray(dtype, rows * columns);
    this.#storage.add(data);
    this.#buffers += 1;
    this.#bytes += bytes;
    return new Block([rows, columns], { data, offset: 0, stride: columns }, () => {
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
    const { rows, columns } = matrix;
    for (let i = 0; i < rows; i += 1) {
      const row = (matrix as Block).row(i);
      row.data.set(data.subarray(i * columns, (i + 1) * columns), row.at);
    }
  }

  async readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    return matrices.map((matrix) => {
      const { rows, columns } = matrix;
      const copy = floatArray(this.numerics.dtype, rows * columns);
      for (let i = 0; i < rows; i += 1) {
        const { data, at } = (matrix as Block).row(i);
        copy.set(data.subarray(at, at + columns), i * columns);
      }
      return copy;
    });
  }

  async settle(): Promise<void> {}

  hostView(matrix: Matrix): FloatArray | undefined {
    const { data, offset, stride, rows, columns } = matrix as Block;
    return rows > 1 && stride !== columns ? undefined : data.subarray(offset, offset + rows * columns);
  }

  multiplyFloat64(a: Float64Array, b: Float64Array, size: number): Float64Array {
    const block = (data: Float64Array) => new Block([size, size], { data, offset: 0, stride: size }, () => {});
    const out = new Float64Array(size * size);
    new PlainKernels(arithmetics.float64).gemm(block(a), block(b), block(out));
    return out;
  }

  stats(): MemoryStats {
    return { buffers: this.#buffers, bytes: this.#bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
