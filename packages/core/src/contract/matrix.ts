/** Element type of a backend's matrices, of a row store and of host copies. */
export type Dtype = "float32" | "float64";

/** Host numbers, as backends take and give them. */
export type FloatArray = Float32Array | Float64Array;

/**
 * A handle to a matrix [rows, columns] in a backend's memory, or a view of a rectangle of one.
 *
 * Row-major, one block, with an offset and a row stride that only the backend knows.
 * Whoever creates a matrix disposes it; a view owns nothing, and dies with its matrix.
 */
export interface Matrix extends Disposable {
  readonly rows: number;
  readonly columns: number;
  readonly disposed: boolean;
}

/** A matrix in host memory: row-major, without gaps. */
export interface HostMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: FloatArray;
}

/**
 * The pattern of a sparse matrix [rows, columns] in compressed rows: row j holds the entries
 * offsets[j] … offsets[j+1], whose columns are columnIds. Order and repetition are free.
 */
export interface SparsePattern {
  readonly rows: number;
  readonly columns: number;
  readonly offsets: Uint32Array;
  readonly columnIds: Uint32Array;
}

/** A sparse matrix in compressed rows, in host memory. */
export interface SparseMatrix extends SparsePattern {
  readonly values: Float64Array;
}
