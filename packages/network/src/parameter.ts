import { type Dtype, type FloatArray, floatArray, type HostMatrix, type Random, WideheadError } from "@widehead/core";

/** A named host matrix [rows, columns], row-major: what a snapshot stores and restores. */
export interface StateArray {
  readonly name: string;
  rows: number;
  readonly columns: number;
  values: FloatArray | Uint32Array;
}

/** A trainable matrix. */
export interface Parameter extends StateArray {
  values: FloatArray;
}

/** The gradient of some rows of a parameter; all rows unless `rows` names them, each once. */
export interface Gradient {
  readonly parameter: Parameter;
  readonly rows?: Uint32Array;
  /** [rows, columns], in the order of `rows`. */
  readonly values: FloatArray;
}

/** A matrix of zeros with a name. Throws ERR_MEMORY where it does not fit. */
export function createParameter(name: string, rows: number, columns: number, dtype: Dtype): Parameter {
  return { name, rows, columns, values: allocated(name, rows * columns, (length) => floatArray(dtype, length)) };
}

/** A matrix of zeros of a parameter's shape and type, which an optimiser keeps of it. */
export function createStateLike({ name, rows, columns, values }: Parameter, part: string): Parameter {
  return createParameter(`${name}.${part}`, rows, columns, values instanceof Float32Array ? "float32" : "float64");
}

/** A count for each row of a matrix. Throws ERR_MEMORY where it does not fit. */
export function createCounts(name: string, rows: number): StateArray & { values: Uint32Array } {
  return { name, rows, columns: 1, values: allocated(name, rows, (length) => new Uint32Array(length)) };
}

/** Adds rows of zeros. The array takes half as much again when it moves, so that a row costs O(columns) in the long run. */
export function growRows(array: StateArray, count: number): void {
  const { name, columns, values } = array;
  const rows = array.rows + count;
  const length = rows * columns;
  if (length * values.BYTES_PER_ELEMENT > values.buffer.byteLength) {
    const roomy = Math.max(length, Math.ceil(1.5 * values.length));
    const moved = allocated(name, roomy, (size) => emptyLike(values, size));
    moved.set(values);
    array.values = moved.subarray(0, length);
  } else {
    array.values = viewLike(values, length);
  }
  array.rows = rows;
}

/** Copies a matrix of the same shape into a parameter. Throws ERR_SHAPE. */
export function setValues(argument: string, { rows, columns, values }: Parameter, matrix: HostMatrix): void {
  const expected = [rows, columns];
  const actual = [matrix.rows, matrix.columns];
  if (expected.join() !== actual.join()) {
    const message = `${argument} must be [${expected.join(", ")}], got [${actual.join(", ")}]`;
    throw new WideheadError("ERR_SHAPE", message, { argument, expected, actual });
  }
  values.set(matrix.data);
}

/** Fills an array with normal numbers of mean 0. */
export function fillNormal(values: FloatArray, deviation: number, random: Random): void {
  for (let i = 0; i < values.length; i += 1) values[i] = deviation * random.normal();
}

/** ‖g‖² over all gradients. */
export function squaredNorm(gradients: readonly Gradient[]): number {
  let sum = 0;
  for (const { values } of gradients) {
    for (let i = 0; i < values.length; i += 1) sum += values[i] * values[i];
  }
  return sum;
}

/** Multiplies all gradients by a factor, in place. */
export function scaleGradients(gradients: readonly Gradient[], factor: number): void {
  for (const { values } of gradients) {
    for (let i = 0; i < values.length; i += 1) values[i] *= factor;
  }
}

function emptyLike(values: FloatArray | Uint32Array, length: number): FloatArray | Uint32Array {
  if (values instanceof Uint32Array) return new Uint32Array(length);
  return floatArray(values instanceof Float32Array ? "float32" : "float64", length);
}

/** A longer view of the memory that a grown array lies at the beginning of. */
function viewLike(values: FloatArray | Uint32Array, length: number): FloatArray | Uint32Array {
  const { buffer } = values;
  if (values instanceof Uint32Array) return new Uint32Array(buffer, 0, length);
  return values instanceof Float32Array ? new Float32Array(buffer, 0, length) : new Float64Array(buffer, 0, length);
}

function allocated<A>(name: string, length: number, allocate: (length: number) => A): A {
  try {
    return allocate(length);
  } catch (cause) {
    const message = `${name} must fit in memory, got ${length} numbers`;
    throw new WideheadError("ERR_MEMORY", message, { argument: name, actual: length }, { cause });
  }
}
