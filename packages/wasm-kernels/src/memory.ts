import {
  bytesOf,
  type Dtype,
  type FloatArray,
  floatArray,
  type Matrix,
  type MemoryStats,
  WideheadError,
} from "@widehead/core";
import type { Arena } from "./arena.ts";
import type { SimdEngine } from "./engine.ts";
import { SimdMatrix } from "./matrix.ts";

/** The matrices of one backend, in one arena. */
export class SimdMemory {
  protected readonly arena: Arena;
  /** Bytes of an element. */
  protected readonly size: number;
  readonly #dtype: Dtype;
  readonly #shared: boolean;
  #buffers = 0;
  #bytes = 0;
  #disposed = false;

  constructor({ arena, dtype, shared }: SimdEngine) {
    this.arena = arena;
    this.size = bytesOf(dtype);
    this.#dtype = dtype;
    this.#shared = shared;
  }

  /** All of the memory, as elements: element [i, j] of a matrix is at `indexOf(matrix) + i · stride + j`. */
  protected get elements(): FloatArray {
    return this.#dtype === "float32" ? this.arena.float32 : this.arena.float64;
  }

  protected indexOf(matrix: SimdMatrix): number {
    return matrix.address / this.size;
  }

  /** Throws ERR_DISPOSED when the backend is disposed: every call begins with it. */
  protected checkAlive(op: string): void {
    if (!this.#disposed) return;
    throw new WideheadError("ERR_DISPOSED", `${op}: the backend must be alive, but it was disposed`, {
      op,
      argument: "backend",
    });
  }

  /** Throws ERR_MEMORY when the memory is exhausted, ERR_DISPOSED. */
  allocate(rows: number, columns: number): Matrix {
    this.checkAlive("allocate");
    const { arena } = this;
    const bytes = rows * columns * this.size;
    const block = arena.allocate(bytes);
    arena.bytes.fill(0, block.address, block.address + bytes);
    this.#buffers += 1;
    this.#bytes += bytes;
    return new SimdMatrix(this, block.address, columns, rows, columns, () => {
      this.#buffers -= 1;
      this.#bytes -= bytes;
      arena.free(block);
    });
  }

  owns(matrix: Matrix): boolean {
    return matrix instanceof SimdMatrix && matrix.owner === this;
  }

  view(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix {
    this.checkAlive("view");
    const origin = matrix as SimdMatrix;
    const address = origin.address + (row * origin.stride + column) * this.size;
    return new SimdMatrix(this, address, origin.stride, rows, columns, origin);
  }

  write(matrix: Matrix, data: FloatArray): void {
    this.checkAlive("write");
    const target = matrix as SimdMatrix;
    const { rows, columns, stride } = target;
    const { elements } = this;
    const first = this.indexOf(target);
    if (target.packed) {
      elements.set(data, first);
      return;
    }
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) elements[first + i * stride + j] = data[i * columns + j]!;
    }
  }

  async readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    this.checkAlive("readMany");
    let length = 0;
    for (const { rows, columns } of matrices) length += rows * columns;
    const copy = floatArray(this.#dtype, length);
    let end = 0;
    return matrices.map((matrix) => {
      const begin = end;
      end += matrix.rows * matrix.columns;
      const part = copy.subarray(begin, end);
      this.#read(matrix as SimdMatrix, part);
      return part;
    });
  }

  async settle(): Promise<void> {
    this.checkAlive("settle");
  }

  /** Undefined also where the memory is not shared: growing would end the view. */
  hostView(matrix: Matrix): FloatArray | undefined {
    this.checkAlive("hostView");
    const source = matrix as SimdMatrix;
    if (!this.#shared || !source.packed) return undefined;
    const first = this.indexOf(source);
    return this.elements.subarray(first, first + source.rows * source.columns);
  }

  stats(): MemoryStats {
    return { buffers: this.#buffers, bytes: this.#bytes };
  }

  /** Every call that follows throws ERR_DISPOSED. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
  }

  #read(source: SimdMatrix, target: FloatArray): void {
    const { rows, columns, stride } = source;
    const { elements } = this;
    const first = this.indexOf(source);
    if (source.packed) {
      target.set(elements.subarray(first, first + rows * columns));
      return;
    }
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) target[i * columns + j] = elements[first + i * stride + j]!;
    }
  }
}
