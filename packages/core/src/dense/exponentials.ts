import type { Backend, Matrix } from "../contract/index.ts";

/** {@link Kernels.exponentiateRows}, on the host where the backend has none. */
export async function exponentiateRows(backend: Backend, matrix: Matrix, maxima: Matrix, sums: Matrix): Promise<void> {
  if (backend.exponentiateRows !== undefined) {
    backend.exponentiateRows(matrix, maxima, sums);
    return;
  }
  const { rows, columns } = matrix;
  const [values] = await backend.readMany([matrix]);
  const [largest, total] = [new Float64Array(rows).fill(-Infinity), new Float64Array(rows)];
  for (let i = 0; i < rows; i += 1) {
    const row = values.subarray(i * columns, (i + 1) * columns);
    for (const value of row) largest[i] = Math.max(largest[i], value);
    for (let j = 0; j < columns; j += 1) {
      row[j] = Math.exp(row[j] - largest[i]);
      total[i] += row[j];
    }
  }
  backend.write(matrix, values);
  backend.write(maxima, largest);
  backend.write(sums, total);
}
