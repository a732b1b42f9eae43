import type { Backend, FloatArray, Matrix } from "./contract/index.ts";
import { floatArray } from "./matrix.ts";
import { upload } from "./upload.ts";

/** Scratch matrices, and numbers of the host, by name, kept between steps, so that a step allocates nothing once the shapes have settled. */
export class Buffers implements Disposable {
  readonly #backend: Backend;
  readonly #matrices = new Map<string, Matrix>();
  readonly #numbers = new Map<string, FloatArray>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** A scratch matrix [rows, columns] with whatever was in it. The next call with the same name returns the same memory. */
  get(name: string, rows: number, columns: number): Matrix {
    let matrix = this.#matrices.get(name);
    if (matrix === undefined || matrix.columns !== columns || matrix.rows < rows) {
      const capacity = matrix?.columns === columns ? Math.max(rows, Math.ceil(matrix.rows * 1.5)) : rows;
      this.#forget(name);
      matrix = this.#backend.allocate(capacity, columns);
      this.#matrices.set(name, matrix);
    }
    return matrix.rows === rows ? matrix : this.#backend.view(matrix, 0, 0, rows, columns);
  }

  /** Scratch numbers of the host, of the backend's type, as {@link get} gives matrices. */
  numbers(name: string, length: number): FloatArray {
    let numbers = this.#numbers.get(name);
    if (numbers === undefined || numbers.length < length) {
      numbers = floatArray(this.#backend.numerics.dtype, Math.ceil(1.5 * length));
      this.#numbers.set(name, numbers);
    }
    return numbers.subarray(0, length);
  }

  /** The identity [size, size]. */
  identity(size: number): Matrix {
    let matrix = this.#matrices.get("identity");
    if (matrix === undefined || matrix.rows < size) {
      this.#forget("identity");
      const data = new Float64Array(size * size);
      for (let i = 0; i < size; i += 1) data[i * size + i] = 1;
      matrix = upload(this.#backend, size, size, data);
      this.#matrices.set("identity", matrix);
    }
    return matrix.rows === size ? matrix : this.#backend.view(matrix, 0, 0, size, size);
  }

  /** The old matrix goes before the new one is allocated: both together may not fit, and the allocation may fail. */
  #forget(name: string): void {
    this.#matrices.get(name)?.[Symbol.dispose]();
    this.#matrices.delete(name);
  }

  [Symbol.dispose](): void {
    for (const matrix of this.#matrices.values()) matrix[Symbol.dispose]();
    this.#matrices.clear();
    this.#numbers.clear();
  }
}
