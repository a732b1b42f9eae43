import type {
  Backend,
  Capabilities,
  FloatArray,
  GemmOptions,
  Matrix,
  MemoryStats,
  Numerics,
  SparseMatrix,
  SparsePattern,
  Term,
} from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { Handles } from "./handles.ts";
import { checkPattern, checkValues } from "./pattern.ts";

/**
 * The same backend with every argument checked before it is handed on, in O(1) a call and O(entries) for sparse arguments.
 *
 * Throws ERR_SHAPE, ERR_DISPOSED, ERR_FOREIGN_HANDLE (a matrix that was not made through this wrapper), ERR_INDEX_RANGE,
 * and ERR_OPTION where `out` overlaps an input that the kernel does not let it overlap.
 */
export function checked(backend: Backend): Backend {
  return new CheckedBackend(backend);
}

class CheckedBackend implements Backend {
  readonly #backend: Backend;
  readonly #handles = new Handles();
  #disposed = false;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get name(): string {
    return this.#backend.name;
  }

  get kernel(): string {
    return this.#backend.kernel;
  }

  get threads(): number {
    return this.#backend.threads;
  }

  get supports(): Capabilities {
    return this.#backend.supports;
  }

  get numerics(): Numerics {
    return this.#backend.numerics;
  }

  allocate(rows: number, columns: number): Matrix {
    this.#checkAlive("allocate");
    checkCount("allocate", "rows", rows);
    checkCount("allocate", "columns", columns);
    return this.#handles.own(this.#backend.allocate(rows, columns));
  }

  owns(matrix: Matrix): boolean {
    return this.#handles.has(matrix);
  }

  view(matrix: Matrix, row: number, column: number, rows: number, columns: number): Matrix {
    this.#handles.check("view", { matrix });
    for (const [name, count] of Object.entries({ row, column, rows, columns })) checkCount("view", name, count);
    if (row + rows > matrix.rows || column + columns > matrix.columns) {
      throw new WideheadError(
        "ERR_SHAPE",
        `view: rows ${row} … ${row + rows} and columns ${column} … ${column + columns} must lie inside matrix [${matrix.rows}, ${matrix.columns}]`,
        { op: "view", argument: "matrix", expected: [row + rows, column + columns], actual: shapeOf(matrix) },
      );
    }
    return this.#handles.window(this.#backend.view(matrix, row, column, rows, columns), matrix, row, column);
  }

  write(matrix: Matrix, data: FloatArray): void {
    this.#handles.check("write", { matrix });
    checkFloats("write", "data", data);
    checkLength("write", "data", data.length, matrix.rows * matrix.columns);
    this.#backend.write(matrix, data);
  }

  async readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    this.#checkAlive("readMany");
    this.#handles.check("readMany", Object.fromEntries(matrices.map((matrix, i) => [`matrices[${i}]`, matrix])));
    return this.#backend.readMany(matrices);
  }

  async settle(): Promise<void> {
    this.#checkAlive("settle");
    return this.#backend.settle();
  }

  hostView(matrix: Matrix): FloatArray | undefined {
    this.#handles.check("hostView", { matrix });
    return this.#backend.hostView?.(matrix);
  }

  multiplyFloat64(a: Float64Array, b: Float64Array, size: number): Float64Array | undefined {
    this.#checkAlive("multiplyFloat64");
    checkLength("multiplyFloat64", "a", a.length, size * size);
    checkLength("multiplyFloat64", "b", b.length, size * size);
    return this.#backend.multiplyFloat64?.(a, b, size);
  }

  stats(): MemoryStats {
    return this.#backend.stats();
  }

  gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    this.#handles.check("gemm", { a, b, out });
    const [rows, inner] = options.transposeA ? [a.columns, a.rows] : [a.rows, a.columns];
    const columns = options.transposeB ? b.rows : b.columns;
    checkShape("gemm", "b", b, options.transposeB ? [columns, inner] : [inner, columns]);
    checkShape("gemm", "out", out, [rows, columns]);
    this.#handles.checkApart("gemm", { out }, { a, b });
    this.#backend.gemm(a, b, out, options);
  }

  rowDots(a: Matrix, b: Matrix, out: Matrix): void {
    this.#handles.check("rowDots", { a, b, out });
    checkShape("rowDots", "b", b, shapeOf(a));
    checkShape("rowDots", "out", out, [a.rows, 1]);
    this.#handles.checkApart("rowDots", { out }, { a, b });
    this.#backend.rowDots(a, b, out);
  }

  combine(out: Matrix, terms: readonly Term[]): void {
    this.#handles.check("combine", { out });
    terms.forEach(({ matrix, scale }, i) => {
      const name = `terms[${i}].matrix`;
      this.#handles.check("combine", { [name]: matrix });
      checkShape("combine", name, matrix, shapeOf(out));
      this.#handles.checkSameOrApart("combine", { out }, { [name]: matrix });
      if (scale === undefined) return;
      const scaleName = `terms[${i}].scale`;
      this.#handles.check("combine", { [scaleName]: scale });
      checkShape("combine", scaleName, scale, [out.rows, 1]);
      this.#handles.checkApart("combine", { out }, { [scaleName]: scale });
    });
    this.#backend.combine(out, terms);
  }

  addTranspose(a: Matrix, out: Matrix): void {
    this.#handles.check("addTranspose", { a, out });
    checkShape("addTranspose", "a", a, [a.rows, a.rows]);
    checkShape("addTranspose", "out", out, [a.rows, a.rows]);
    this.#handles.checkSameOrApart("addTranspose", { out }, { a });
    this.#backend.addTranspose(a, out);
  }

  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    this.#handles.check("luSolve", { a, b, out, status });
    checkShape("luSolve", "a", a, [a.rows, a.rows]);
    checkShape("luSolve", "b", b, [a.rows, b.columns]);
    checkShape("luSolve", "out", out, shapeOf(b));
    checkShape("luSolve", "status", status, [1, 1]);
    this.#handles.checkApart("luSolve", { a }, { b, out, status });
    this.#handles.checkApart("luSolve", { status }, { b, out });
    this.#handles.checkSameOrApart("luSolve", { out }, { b });
    this.#backend.luSolve(a, b, out, status);
  }

  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void {
    this.#handles.check("sampledDots", { left, right, out });
    checkPattern("sampledDots", "pattern", pattern);
    checkShape("sampledDots", "left", left, [pattern.rows, left.columns]);
    checkShape("sampledDots", "right", right, [pattern.columns, left.columns]);
    checkShape("sampledDots", "out", out, [pattern.columnIds.length, 1]);
    this.#handles.checkApart("sampledDots", { out }, { left, right });
    this.#backend.sampledDots(pattern, left, right, out);
  }

  sparseGemm(
    sparse: SparseMatrix,
    b: Matrix,
    out: Matrix,
    options: { readonly alpha?: number; readonly beta?: number } = {},
  ): void {
    this.#handles.check("sparseGemm", { b, out });
    checkPattern("sparseGemm", "sparse", sparse);
    checkValues("sparseGemm", "sparse", sparse);
    checkShape("sparseGemm", "b", b, [sparse.columns, b.columns]);
    checkShape("sparseGemm", "out", out, [sparse.rows, b.columns]);
    this.#handles.checkApart("sparseGemm", { out }, { b });
    this.#backend.sparseGemm(sparse, b, out, options);
  }

  fill(out: Matrix, value: number): void {
    this.#handles.check("fill", { out });
    this.#backend.fill(out, value);
  }

  get exponentiateRows(): Backend["exponentiateRows"] {
    if (this.#backend.exponentiateRows === undefined) return undefined;
    return (a, maxima, sums) => {
      this.#handles.check("exponentiateRows", { a, maxima, sums });
      checkShape("exponentiateRows", "maxima", maxima, [a.rows, 1]);
      checkShape("exponentiateRows", "sums", sums, [a.rows, 1]);
      this.#handles.checkApart("exponentiateRows", { a }, { maxima, sums });
      this.#handles.checkApart("exponentiateRows", { maxima }, { sums });
      this.#backend.exponentiateRows!(a, maxima, sums);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#backend[Symbol.asyncDispose]();
  }

  #checkAlive(op: string): void {
    if (this.#disposed) {
      throw new WideheadError("ERR_DISPOSED", `${op}: backend "${this.name}" must be alive, but it was disposed`, {
        op,
        argument: "backend",
      });
    }
  }
}

function shapeOf(matrix: Matrix): readonly [number, number] {
  return [matrix.rows, matrix.columns];
}

function checkShape(op: string, argument: string, matrix: Matrix, expected: readonly [number, number]): void {
  if (matrix.rows === expected[0] && matrix.columns === expected[1]) return;
  const actual = shapeOf(matrix);
  throw new WideheadError("ERR_SHAPE", `${op}: ${argument} must be [${expected}], got [${actual}]`, {
    op,
    argument,
    expected,
    actual,
  });
}

function checkCount(op: string, argument: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new WideheadError("ERR_SHAPE", `${op}: ${argument} must be an integer of at least 0, got ${count}`, {
    op,
    argument,
    expected: "integer ≥ 0",
    actual: count,
  });
}

function checkLength(op: string, argument: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new WideheadError("ERR_SHAPE", `${op}: ${argument} must hold ${expected} numbers, got ${actual}`, {
    op,
    argument,
    expected,
    actual,
  });
}

function checkFloats(op: string, argument: string, data: FloatArray): void {
  if (data instanceof Float32Array || data instanceof Float64Array) return;
  throw new TypeError(`${op}: ${argument} must be a Float32Array or Float64Array, got ${typeof data}`);
}
