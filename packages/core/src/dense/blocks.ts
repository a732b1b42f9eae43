import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix, SparseMatrix } from "../contract/index.ts";
import { transpose } from "../factored/targets.ts";

/** Elements of a block of W: a product's operands should stay near the processor. */
const BLOCK_ELEMENTS = 2 ** 18;

/** W [D, d] in blocks of rows, all of them in the backend's memory. */
export class WeightBlocks implements Disposable {
  readonly features: number;
  /** Rows of every block but the last. */
  readonly blockRows: number;
  readonly #backend: Backend;
  readonly #blocks: Matrix[] = [];
  #outputs = 0;

  constructor(backend: Backend, features: number) {
    this.#backend = backend;
    this.features = features;
    this.blockRows = Math.max(16, Math.floor(BLOCK_ELEMENTS / features));
  }

  get outputs(): number {
    return this.#outputs;
  }

  get count(): number {
    return this.#blocks.length;
  }

  /** A block of W; block b begins at row b · blockRows. */
  at(block: number): Matrix {
    return this.#blocks[block];
  }

  /** Appends rows [n, d], row-major. The last block is filled up first, so blocks depend on D alone. */
  async append(rows: FloatArray): Promise<void> {
    const d = this.features;
    for (let done = 0; done < rows.length; ) {
      const filled = this.#outputs % this.blockRows;
      const count = Math.min(this.blockRows - filled, (rows.length - done) / d);
      const block = this.#backend.allocate(filled + count, d);
      if (filled > 0) {
        const last = this.#blocks.pop()!;
        this.#backend.combine(this.#backend.view(block, 0, 0, filled, d), [{ matrix: last }]);
        await this.#backend.settle();
        last[Symbol.dispose]();
      }
      this.#backend.write(this.#backend.view(block, filled, 0, count, d), rows.subarray(done, done + count * d));
      this.#blocks.push(block);
      this.#outputs += count;
      done += count * d;
    }
  }

  /** w̄ = Wᵀ1 [1, d], into a scratch matrix. Dd: memory-bound. */
  sum(buffers: Buffers): Matrix {
    const sum = buffers.get("weightSum", 1, this.features);
    this.#backend.fill(sum, 0);
    for (const block of this.#blocks) {
      this.#backend.gemm(this.ones(buffers, block.rows), block, sum, { transposeA: true, beta: 1 });
    }
    return sum;
  }

  /** A column of ones [rows, 1]. */
  ones(buffers: Buffers, rows: number): Matrix {
    const ones = buffers.get("ones", this.blockRows, 1);
    this.#backend.fill(ones, 1);
    return this.#backend.view(ones, 0, 0, rows, 1);
  }

  /** Rows by id [ids.length, d], for reading. */
  async read(ids: Uint32Array): Promise<Float64Array> {
    const d = this.features;
    const views = Array.from(ids, (id) =>
      this.#backend.view(this.at(Math.floor(id / this.blockRows)), id % this.blockRows, 0, 1, d),
    );
    const data = new Float64Array(ids.length * d);
    for (const [i, row] of (await this.#backend.readMany(views)).entries()) data.set(row, i * d);
    return data;
  }

  [Symbol.dispose](): void {
    for (const block of this.#blocks) block[Symbol.dispose]();
  }
}

/** A batch's sparse matrix T [m, D] restricted to one block of outputs. */
export interface BlockTargets {
  /** T [m, block rows]. */
  readonly sparse: SparseMatrix;
  /** Tᵀ. */
  readonly transposed: SparseMatrix;
  /** Where each entry stands in the whole T. */
  readonly entries: Uint32Array;
}

/** Cuts T into the blocks that hold its entries; blocks without any are absent. */
export function splitByBlock(
  offsets: Uint32Array,
  ids: Uint32Array,
  values: Float64Array,
  blocks: WeightBlocks,
): ReadonlyMap<number, BlockTargets> {
  const entriesOf = new Map<number, number[]>();
  for (let n = 0; n < ids.length; n += 1) {
    const block = Math.floor(ids[n] / blocks.blockRows);
    const entries = entriesOf.get(block);
    if (entries === undefined) entriesOf.set(block, [n]);
    else entries.push(n);
  }
  const rows = offsets.length - 1;
  const split = new Map<number, BlockTargets>();
  for (const [block, entries] of entriesOf) {
    const cut = new Uint32Array(rows + 1);
    let row = 0;
    for (const [position, n] of entries.entries()) {
      while (n >= offsets[row + 1]) cut[++row] = position;
    }
    cut.fill(entries.length, row + 1);
    const sparse: SparseMatrix = {
      rows,
      columns: blocks.at(block).rows,
      offsets: cut,
      columnIds: Uint32Array.from(entries, (n) => ids[n] % blocks.blockRows),
      values: Float64Array.from(entries, (n) => values[n]),
    };
    split.set(block, { sparse, transposed: transpose(sparse), entries: Uint32Array.from(entries) });
  }
  return split;
}
