import { type HostMatrix, hostMatrix, type Matrix, type TopK } from "@widehead/core";
import { type Buffers, TopKCollector } from "@widehead/core/internals";
import type { AdaptiveModel, Tail } from "./model.ts";

export interface AdaptiveQuery {
  readonly model: AdaptiveModel;
  readonly buffers: Buffers;
}

/** Log-probabilities of some outputs [m, ids.length]; O(|tail|·d/4ⁱ·m) for each tail that has some. */
export async function adaptiveScores(query: AdaptiveQuery, hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
  const { clusters, tails } = query.model;
  const m = hidden.rows;
  const head = await headLogProbabilities(query, hidden);
  const scores = hostMatrix(m, ids.length);
  for (const [cluster, { places, at }] of byCluster(query.model, ids)) {
    if (cluster === 0) {
      for (const [i, column] of at.entries()) {
        for (let j = 0; j < m; j += 1) scores.data[j * ids.length + column] = head.data[j * head.columns + places[i]];
      }
      continue;
    }
    const tail = tails[cluster - 1];
    const projected = projectAll(query, hidden, tail);
    const total = logTotals(await tail.layer.topK(projected, 1));
    const within = await tail.layer.scores(projected, places);
    for (const [i, column] of at.entries()) {
      for (let j = 0; j < m; j += 1) {
        const own = head.data[j * head.columns + clusters.size(0) + cluster - 1];
        scores.data[j * ids.length + column] = own + within.data[j * places.length + i] - total[j];
      }
    }
  }
  return scores;
}

/** The k most probable outputs of each example, exactly: the best of the head and of each tail are enough. */
export async function adaptiveTopK(query: AdaptiveQuery, hidden: Matrix, k: number): Promise<TopK> {
  const { clusters, tails } = query.model;
  const m = hidden.rows;
  const head = await headLogProbabilities(query, hidden);
  const inHead = clusters.size(0);
  const headIds = Uint32Array.from({ length: inHead }, (_, place) => clusters.idAt(0, place));
  const collectors = Array.from({ length: m }, () => new TopKCollector(1, k, undefined));
  for (const [j, collector] of collectors.entries()) {
    collector.add(headIds, head.data.subarray(j * head.columns, j * head.columns + inHead));
  }
  for (const [i, tail] of tails.entries()) {
    const best = await tail.layer.topK(projectAll(query, hidden, tail), k);
    const total = logTotals(best);
    for (const [j, collector] of collectors.entries()) {
      const shift = head.data[j * head.columns + inHead + i] - total[j];
      const ids = best.ids.slice(j * best.k, (j + 1) * best.k).map((place) => clusters.idAt(i + 1, place));
      collector.add(ids, best.outputs.subarray(j * best.k, (j + 1) * best.k), Float64Array.of(shift));
    }
  }
  const all = { rows: m, k, ids: new Uint32Array(m * k), outputs: new Float64Array(m * k) };
  for (const [j, collector] of collectors.entries()) {
    const best = collector.finish(undefined);
    all.ids.set(best.ids, j * k);
    all.outputs.set(best.outputs, j * k);
  }
  return { ...all, probabilities: all.outputs.map(Math.exp) };
}

/** Weights of outputs as functions of h [ids.length, d]: an output of a tail has its row times the projection. */
export async function adaptiveRows({ model, buffers }: AdaptiveQuery, ids: Uint32Array): Promise<HostMatrix> {
  const { backend, head, tails, features: d } = model;
  const rows = hostMatrix(ids.length, d);
  for (const [cluster, { places, at }] of byCluster(model, ids)) {
    let found: ArrayLike<number> & { subarray(begin: number, end: number): ArrayLike<number> };
    if (cluster === 0) {
      found = (await head.rows(places)).data;
    } else {
      const { layer, projection } = tails[cluster - 1];
      const own = buffers.get("tailRows", places.length, layer.features);
      backend.write(own, (await layer.rows(places)).data);
      const full = buffers.get("fullRows", places.length, d);
      backend.gemm(own, projection, full);
      [found] = await backend.readMany([full]);
    }
    for (const [i, row] of at.entries()) rows.data.set(found.subarray(i * d, (i + 1) * d), row * d);
  }
  return rows;
}

/** [m, head and tails], normalised. */
async function headLogProbabilities({ model }: AdaptiveQuery, hidden: Matrix): Promise<HostMatrix> {
  const columns = model.head.outputs;
  const { data } = await model.head.scores(
    hidden,
    Uint32Array.from({ length: columns }, (_, place) => place),
  );
  for (let j = 0; j < hidden.rows; j += 1) {
    const row = data.subarray(j * columns, (j + 1) * columns);
    let [top, sum] = [-Infinity, 0];
    for (let i = 0; i < columns; i += 1) top = Math.max(top, row[i]);
    for (let i = 0; i < columns; i += 1) sum += Math.exp(row[i] - top);
    const total = top + Math.log(sum);
    for (let i = 0; i < columns; i += 1) row[i] -= total;
  }
  return hostMatrix(hidden.rows, columns, data);
}

/** Log-sum-exp of a softmax [m], from its best output and that one's probability, which is at least 1/D. */
function logTotals({ rows, k, outputs, probabilities }: TopK): Float64Array {
  return Float64Array.from({ length: rows }, (_, j) => outputs[j * k] - Math.log(probabilities![j * k]));
}

function projectAll({ model, buffers }: AdaptiveQuery, hidden: Matrix, { projection }: Tail): Matrix {
  const projected = buffers.get(`projectedAll${projection.rows}`, hidden.rows, projection.rows);
  model.backend.gemm(hidden, projection, projected, { transposeB: true });
  return projected;
}

interface ClusterIds {
  /** Places in the cluster. */
  readonly places: Uint32Array;
  /** Where each stands among the ids asked for. */
  readonly at: Uint32Array;
}

function byCluster({ clusters }: AdaptiveModel, ids: Uint32Array): ReadonlyMap<number, ClusterIds> {
  const found = new Map<number, ClusterIds>();
  const cluster = Uint8Array.from(ids, (id) => clusters.clusterOf(id));
  for (const wanted of new Set(cluster)) {
    const at = Uint32Array.from(ids.keys()).filter((i) => cluster[i] === wanted);
    found.set(wanted, { at, places: at.map((i) => clusters.placeOf(ids[i], wanted)) });
  }
  return found;
}
