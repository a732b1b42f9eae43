import type { Backend, FloatArray, Matrix } from "../src/index.ts";

class Handle implements Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly #parent: Handle | undefined;
  #disposed = false;

  constructor(rows: number, columns: number, parent?: Handle) {
    this.rows = rows;
    this.columns = columns;
    this.#parent = parent;
  }

  get disposed(): boolean {
    return this.#disposed || (this.#parent?.disposed ?? false);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
  }
}

/** A backend that computes nothing and writes down, in `calls`, which kernels were called with what. */
export class RecordingBackend implements Backend {
  readonly name = "recording";
  readonly kernel = "none";
  readonly threads = 1;
  readonly supports = { float32: false, float64: true, threads: false, deterministic: true };
  readonly numerics = { dtype: "float64", roundoff: 2 ** -53 } as const;
  readonly calls: (readonly [name: string, ...args: unknown[]])[] = [];

  readonly gemm: Backend["gemm"] = (...args) => this.#record("gemm", args);
  readonly rowDots: Backend["rowDots"] = (...args) => this.#record("rowDots", args);
  readonly combine: Backend["combine"] = (...args) => this.#record("combine", args);
  readonly addTranspose: Backend["addTranspose"] = (...args) => this.#record("addTranspose", args);
  readonly luSolve: Backend["luSolve"] = (...args) => this.#record("luSolve", args);
  readonly sampledDots: Backend["sampledDots"] = (...args) => this.#record("sampledDots", args);
  readonly sparseGemm: Backend["sparseGemm"] = (...args) => this.#record("sparseGemm", args);
  readonly fill: Backend["fill"] = (...args) => this.#record("fill", args);
  readonly write: Backend["write"] = (...args) => this.#record("write", args);

  allocate(rows: number, columns: number): Matrix {
    return new Handle(rows, columns);
  }

  owns(matrix: Matrix): boolean {
    return matrix instanceof Handle;
  }

  view(matrix: Matrix, _row: number, _column: number, rows: number, columns: number): Matrix {
    return new Handle(rows, columns, matrix as Handle);
  }

  async readMany(matrices: readonly Matrix[]): Promise<FloatArray[]> {
    this.#record("readMany", [matrices]);
    return matrices.map(({ rows, columns }) => new Float64Array(rows * columns));
  }

  async settle(): Promise<void> {
    this.#record("settle", []);
  }

  stats(): { buffers: number; bytes: number } {
    return { buffers: 3, bytes: 24 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#record("dispose", []);
  }

  #record(name: string, args: readonly unknown[]): void {
    this.calls.push([name, ...args]);
  }
}
