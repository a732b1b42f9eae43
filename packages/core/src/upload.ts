import type { Backend, FloatArray, Matrix } from "./contract/index.ts";

/** A new matrix of the backend with these numbers, row-major; where writing them fails, nothing is left behind. */
export function upload(backend: Backend, rows: number, columns: number, data: FloatArray): Matrix {
  const matrix = backend.allocate(rows, columns);
  try {
    backend.write(matrix, data);
  } catch (error) {
    matrix[Symbol.dispose]();
    throw error;
  }
  return matrix;
}
