import {
  type Backend,
  bytesOf,
  type FloatArray,
  floatArray,
  type InitialWeights,
  type Matrix,
  memoryRows,
  type RowStore,
  type Snapshot,
  type Tensor,
} from "@widehead/core";
import {
  type Buffers,
  checkInitial,
  checkMemory,
  initialOffset,
  initialRows,
  type Rates,
  requireCount,
  requireOneOf,
  restoreRows,
  rowTensors,
} from "@widehead/core/internals";
import { RowAdagrad } from "./adagrad.ts";

/** How rows follow their gradients: plain descent, or Adagrad with one sum a row. */
export type RowOptimizer = "sgd" | "adagrad";

/** The gradient of a batch with respect to the few rows that it touches. */
export interface RowGradient {
  /** [r], distinct. */
  readonly ids: Uint32Array;
  /** The rows themselves [r, d], as gathered. */
  readonly block: Matrix;
  /** Gradient with respect to hidden [m, d], scratch. */
  toHidden(): Matrix;
  /** out ← β·out + α·gradient, out [r, d]. */
  addTo(out: Matrix, factors: { readonly alpha: number; readonly beta: number }): void;
}

export interface RowShape {
  readonly backend: Backend;
  readonly outputs: number;
  readonly features: number;
  readonly optimizer: RowOptimizer;
  /** Bytes that the rows may take. */
  readonly memoryLimit?: number | undefined;
}

/** Elements that a pass over all rows holds in the backend at a time. */
const blockElements = 2 ** 18;

/** Weights W [D, d] of which a step touches a few rows: they lie in a row store, and visit the backend in blocks. */
export class WeightRows {
  readonly store: RowStore;
  readonly optimizer: RowOptimizer;
  /** Rows of every block of a pass over all of them, but the last. */
  readonly blockRows: number;
  readonly #backend: Backend;
  readonly #adagrad: RowAdagrad | undefined;

  private constructor({ backend, optimizer }: RowShape, store: RowStore, adagrad: RowAdagrad | undefined) {
    this.#backend = backend;
    this.store = store;
    this.optimizer = optimizer;
    this.#adagrad = adagrad;
    this.blockRows = Math.max(16, Math.floor(blockElements / store.features));
  }

  /** Rows of zeros, which take memory once they are touched. @throws WideheadError ERR_OPTION, ERR_MEMORY */
  static zeros(shape: RowShape): WeightRows {
    const { outputs, features, optimizer } = shape;
    requireOneOf("optimizer", optimizer, ["sgd", "adagrad"]);
    const adagrad = optimizer === "adagrad" ? new RowAdagrad(new Float64Array(outputs)) : undefined;
    return new WeightRows(shape, emptyStore(shape, outputs, features), adagrad);
  }

  /** @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_NOT_FINITE, ERR_MEMORY */
  static async create(shape: RowShape, initial: InitialWeights): Promise<WeightRows> {
    const { backend, outputs, features } = shape;
    const rows = WeightRows.zeros(shape);
    checkInitial(initial, outputs, features);
    const offset = initialOffset(initial, features);
    let first = 0;
    for (const slice of initialRows(initial, backend, outputs, features, rows.blockRows)) {
      for (let i = 0; i < slice.length; i += 1) slice[i] += offset[i % features];
      const ids = rangeOf(first, slice.length / features);
      await rows.store.write(ids, slice, new Uint32Array(ids.length));
      first += ids.length;
    }
    return rows;
  }

  /** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
  static async restore(shape: RowShape, snapshot: Snapshot, rowCount: number): Promise<WeightRows> {
    const { outputs, features, optimizer } = shape;
    const store = emptyStore(shape, outputs, features);
    await restoreRows(store, snapshot, { rowCount, epoch: 0, firstEpoch: 0, settledEpoch: 0 });
    const adagrad = optimizer === "adagrad" ? await RowAdagrad.restore(snapshot, outputs) : undefined;
    return new WeightRows(shape, store, adagrad);
  }

  get count(): number {
    return this.store.outputs;
  }

  get features(): number {
    return this.store.features;
  }

  get bytes(): number {
    return this.store.bytes + (this.#adagrad?.bytes ?? 0);
  }

  /** A copy of rows by id, which may repeat [ids.length, d], in scratch. */
  async gather(buffers: Buffers, ids: Uint32Array): Promise<Matrix> {
    const block = buffers.get("rows", ids.length, this.features);
    const view = this.#backend.hostView?.(block);
    const rows = view ?? floatArray(this.store.dtype, ids.length * this.features);
    await this.store.read(ids, rows, new Uint32Array(ids.length));
    if (view === undefined) this.#backend.write(block, rows);
    return block;
  }

  /** All rows by rising id, a block at a time in the same scratch. */
  async *blocks(buffers: Buffers): AsyncGenerator<{ readonly ids: Uint32Array; readonly block: Matrix }> {
    for (let first = 0; first < this.count; first += this.blockRows) {
      const ids = rangeOf(first, Math.min(this.blockRows, this.count - first));
      yield { ids, block: await this.gather(buffers, ids) };
    }
  }

  /** Moves the rows of a gradient, and only those; weight decay, too, acts on rows when they are touched. */
  async update(buffers: Buffers, gradient: RowGradient, { learningRate, keep }: Rates): Promise<void> {
    const { ids, block } = gradient;
    if (this.#adagrad === undefined) {
      gradient.addTo(block, { alpha: -learningRate, beta: keep });
    } else {
      const backend = this.#backend;
      const { matrix, squares } = await this.#squares(buffers, gradient);
      const scale = buffers.get("rowSquares", ids.length, 1);
      backend.write(scale, this.#adagrad.advance(ids, squares, this.features, learningRate));
      backend.combine(block, [
        { matrix: block, factor: keep },
        { matrix, scale },
      ]);
    }
    await this.#write(ids, block);
  }

  /** ‖∇W‖ (Frobenius). */
  async gradientNorm(buffers: Buffers, gradient: RowGradient): Promise<number> {
    const { squares } = await this.#squares(buffers, gradient);
    let total = 0;
    for (const square of squares) total += square;
    return Math.sqrt(total);
  }

  /** Adds rows [count] equal to `row`. */
  async grow(count: number, row: Float64Array): Promise<void> {
    const { store } = this;
    const first = store.outputs;
    await store.grow(count);
    this.#adagrad?.grow(count);
    if (!row.some((value) => value !== 0)) return;
    const size = Math.min(count, this.blockRows);
    const rows = floatArray(store.dtype, size * this.features);
    for (let at = 0; at < rows.length; at += this.features) rows.set(row, at);
    for (let done = 0; done < count; done += size) {
      const ids = rangeOf(first + done, Math.min(size, count - done));
      await store.write(ids, rows, new Uint32Array(ids.length));
    }
  }

  tensors(): Tensor[] {
    return [...rowTensors(this.store), ...(this.#adagrad?.tensors() ?? [])];
  }

  async #squares(buffers: Buffers, gradient: RowGradient): Promise<{ matrix: Matrix; squares: FloatArray }> {
    const matrix = buffers.get("rowGradient", gradient.ids.length, this.features);
    gradient.addTo(matrix, { alpha: 1, beta: 0 });
    const squares = buffers.get("rowSquares", gradient.ids.length, 1);
    this.#backend.rowDots(matrix, matrix, squares);
    const [read] = await this.#backend.readMany([squares]);
    return { matrix, squares: read };
  }

  async #write(ids: Uint32Array, block: Matrix): Promise<void> {
    const backend = this.#backend;
    await backend.settle();
    const rows = backend.hostView?.(block) ?? (await backend.readMany([block]))[0];
    await this.store.write(ids, rows, new Uint32Array(ids.length));
  }
}

function emptyStore({ backend, memoryLimit }: RowShape, outputs: number, features: number): RowStore {
  const { dtype } = backend.numerics;
  requireCount("outputs", outputs, 2 ** 32 - 1);
  requireCount("features", features);
  checkMemory(`rows [${outputs}, ${features}] in ${dtype}`, outputs * features * bytesOf(dtype), memoryLimit);
  return memoryRows({ outputs, features, dtype });
}

function rangeOf(first: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => first + i);
}
