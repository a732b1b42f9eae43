import type { Buffers } from "../buffers.ts";
import type { Backend, HostMatrix, Matrix, RowStore, SphericalLoss, TopK } from "../contract/index.ts";
import { hostMatrix } from "../matrix.ts";
import { TopKCollector } from "../topk.ts";
import type { Chain } from "./chain.ts";
import { gatherRows, loadRows } from "./row-block.ts";
import type { StackedState } from "./state.ts";
import { slicesOf } from "./statistics.ts";
import { distinctIds } from "./targets.ts";

export interface QueryInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly store: RowStore;
  readonly chain: Chain;
  readonly state: StackedState;
}

/** Rows of the effective W = V·chain·U + 1ωᵀ [ids.length, d], in nd². Nothing moves. */
export async function effectiveRows(input: QueryInput, ids: Uint32Array): Promise<HostMatrix> {
  const { backend, buffers, state } = input;
  const d = state.transform.columns;
  const { block, slots } = await gatherInOrder(input, ids);
  const weights = buffers.get("effective", block.ids.length, d);
  backend.gemm(block.matrix, state.transform, weights);
  const ones = buffers.get("ones", block.ids.length, 1);
  backend.fill(ones, 1);
  backend.gemm(ones, state.offset, weights, { beta: 1 });
  const [read] = await backend.readMany([weights]);
  const data = new Float64Array(ids.length * d);
  for (let i = 0; i < ids.length; i += 1) data.set(read.subarray(slots[i] * d, (slots[i] + 1) * d), i * d);
  return hostMatrix(ids.length, d, data);
}

/** Outputs o [m, ids.length] of some ids, in md² + nd² and mnd. Nothing moves. */
export async function scoresOf(input: QueryInput, hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
  const { backend, buffers, state } = input;
  const [m, d] = [hidden.rows, hidden.columns];
  const { block, slots } = await gatherInOrder(input, ids);
  const query = buffers.get("query", m, d + 2);
  backend.gemm(hidden, state.extended, query, { transposeB: true });
  const scores = buffers.get("scores", m, block.ids.length);
  backend.gemm(backend.view(query, 0, 0, m, d), block.matrix, scores, { transposeB: true });
  const [read, bias] = await backend.readMany([scores, backend.view(query, 0, d, m, 1)]);
  const data = new Float64Array(m * ids.length);
  for (let j = 0; j < m; j += 1) {
    for (let i = 0; i < ids.length; i += 1) data[j * ids.length + i] = read[j * block.ids.length + slots[i]] + bias[j];
  }
  return hostMatrix(m, ids.length, data);
}

/**
 * The k best outputs of each example, in mDd. Rows stay where they are: the query is carried back through the chain
 * instead, once for each epoch in which rows are found,  o = V_k · (C_e ··· C_{E−1} U h) + ω·h.
 */
export async function topKOf(input: QueryInput, hidden: Matrix, k: number, loss: SphericalLoss): Promise<TopK> {
  const { backend, buffers, store, chain, state } = input;
  const [m, d] = [hidden.rows, hidden.columns];
  const likelihood = loss.likelihood;
  const collector = new TopKCollector(
    m,
    Math.min(k, store.outputs),
    likelihood && ((output) => likelihood.mass(output)),
  );

  const products = buffers.get("observed", m, 2 * d + 2);
  backend.gemm(hidden, state.observed, products, { transposeB: true });
  const deviations = buffers.get("deviations", m, 1);
  backend.rowDots(backend.view(products, 0, 0, m, d), hidden, deviations);
  const [vectors, deviation] = await backend.readMany([backend.view(products, 0, 2 * d, m, 2), deviations]);
  const bias = Float64Array.from({ length: m }, (_, j) => vectors[2 * j]);

  using queries = new EpochQueries(backend, chain, backend.view(products, 0, d, m, d));
  for await (const slice of slicesOf(store)) {
    const block = loadRows(backend, buffers, chain, slice);
    const count = block.ids.length;
    const scores = buffers.get("scanScores", m, count);
    for (let begin = 0; begin < count; ) {
      let end = begin;
      while (end < count && block.epochs[end] === block.epochs[begin]) end += 1;
      const group = backend.view(block.matrix, begin, 0, end - begin, d);
      const out = backend.view(scores, 0, begin, m, end - begin);
      backend.gemm(queries.at(block.epochs[begin]), group, out, { transposeB: true });
      begin = end;
    }
    const [read] = await backend.readMany([scores]);
    collector.add(block.ids, read, bias);
  }
  const untouched = await untouchedIds(input, k);
  collector.add(untouched, new Float64Array(m * untouched.length), bias);
  return collector.finish(
    likelihood &&
      ((output, row) =>
        likelihood.mass(output) / likelihood.total(Math.max(0, deviation[row]), vectors[2 * row + 1], store.outputs)),
  );
}

/** The first k outputs whose rows were never written: their outputs ω·h are all equal, so that no more can matter. */
async function untouchedIds({ store }: QueryInput, k: number): Promise<Uint32Array> {
  const count = Math.min(k, store.outputs - store.touched);
  if (count === 0) return new Uint32Array(0);
  // Of the first k + touched ids at least k are untouched, where there are so many.
  const among = Math.min(store.outputs, count + store.touched);
  const written = new Uint8Array(among);
  for await (const { ids } of slicesOf(store)) for (const id of ids) if (id < among) written[id] = 1;
  const found: number[] = [];
  for (let id = 0; found.length < count; id += 1) if (written[id] === 0) found.push(id);
  return Uint32Array.from(found);
}

/** The query [m, d] as each epoch's rows see it. */
class EpochQueries implements Disposable {
  readonly #backend: Backend;
  readonly #chain: Chain;
  readonly #current: Matrix;
  readonly #older = new Map<number, Matrix>();

  constructor(backend: Backend, chain: Chain, current: Matrix) {
    this.#backend = backend;
    this.#chain = chain;
    this.#current = current;
  }

  at(epoch: number): Matrix {
    if (epoch === this.#chain.epoch) return this.#current;
    const known = this.#older.get(epoch);
    if (known !== undefined) return known;
    const { end, matrix } = this.#chain.longestFrom(epoch, this.#chain.epoch);
    const newer = this.at(end);
    const query = this.#backend.allocate(newer.rows, newer.columns);
    this.#older.set(epoch, query);
    this.#backend.gemm(newer, matrix, query, { transposeB: true });
    return query;
  }

  [Symbol.dispose](): void {
    for (const query of this.#older.values()) query[Symbol.dispose]();
  }
}

async function gatherInOrder({ backend, buffers, store, chain }: QueryInput, ids: Uint32Array) {
  const block = await gatherRows(backend, buffers, store, chain, distinctIds(ids));
  const slotOf = new Map<number, number>();
  for (const [slot, id] of block.ids.entries()) slotOf.set(id, slot);
  return { block, slots: ids.map((id) => slotOf.get(id)!) };
}
