import type { SparseTargets } from "@widehead/core";
import type { FrequencyOrder } from "../counts.ts";

/** The outputs by frequency, cut into a head (cluster 0) and tails (1, 2, …). */
export class Clusters {
  outputs: number;
  /** Where each cluster but the last ends, by rank. */
  readonly cutoffs: readonly number[];
  #frequencies: FrequencyOrder | undefined;

  /** @param frequencies  where ids do not go by frequency */
  constructor(outputs: number, cutoffs: readonly number[], frequencies: FrequencyOrder | undefined) {
    this.outputs = outputs;
    this.cutoffs = cutoffs;
    this.#frequencies = frequencies;
  }

  get tails(): number {
    return this.cutoffs.length;
  }

  /** Outputs in a cluster. */
  size(cluster: number): number {
    return (this.cutoffs[cluster] ?? this.outputs) - this.#first(cluster);
  }

  clusterOf(id: number): number {
    const rank = this.#rank(id);
    let cluster = 0;
    while (cluster < this.cutoffs.length && rank >= this.cutoffs[cluster]) cluster += 1;
    return cluster;
  }

  /** Where an output stands in its cluster. */
  placeOf(id: number, cluster: number): number {
    return this.#rank(id) - this.#first(cluster);
  }

  idAt(cluster: number, place: number): number {
    const rank = this.#first(cluster) + place;
    return this.#frequencies === undefined ? rank : this.#frequencies.order[rank];
  }

  /** Adds outputs at the end of the last cluster. */
  grow(count: number, frequencies: FrequencyOrder | undefined): void {
    this.outputs += count;
    this.#frequencies = frequencies;
  }

  #first(cluster: number): number {
    return cluster === 0 ? 0 : this.cutoffs[cluster - 1];
  }

  #rank(id: number): number {
    return this.#frequencies === undefined ? id : this.#frequencies.rank[id];
  }
}

/** The targets of the examples that have some in a tail. */
export interface TailTargets {
  /** Examples [m_i], by their place in the batch. */
  readonly examples: Uint32Array;
  /** Over the tail's own outputs; weighted so that a mean over m_i is a sum over m. */
  readonly targets: SparseTargets;
}

/** What is asked of each cluster. */
export interface ClusterTargets {
  /** Over the head's outputs and, after them, the tails: a tail's value is the sum over the labels in it. */
  readonly head: SparseTargets;
  /** By tail; undefined where the batch has no label. */
  readonly tails: readonly (TailTargets | undefined)[];
}

/** Splits a batch: −Σ yₖ log p(k) = −Σ yₖ log p(cluster of k) − Σ yₖ log p(k | cluster). */
export function splitTargets(clusters: Clusters, targets: SparseTargets): ClusterTargets {
  const { rows, offsets, ids, values, exampleWeights } = targets;
  const headOutputs = clusters.size(0);
  const head = new TargetList();
  const tails = Array.from({ length: clusters.tails }, () => new TargetList());
  const masses = new Float64Array(clusters.tails);
  for (let j = 0; j < rows; j += 1) {
    masses.fill(0);
    const touched = new Set<number>();
    for (let n = offsets[j]; n < offsets[j + 1]; n += 1) {
      const cluster = clusters.clusterOf(ids[n]);
      const place = clusters.placeOf(ids[n], cluster);
      const value = values?.[n] ?? 1;
      if (cluster === 0) {
        head.push(place, value);
        continue;
      }
      tails[cluster - 1].push(place, value);
      masses[cluster - 1] += value;
      touched.add(cluster - 1);
    }
    for (const tail of touched) {
      head.push(headOutputs + tail, masses[tail]);
      tails[tail].endExample(j);
    }
    head.endExample(j);
  }
  return {
    head: { ...head.targets(headOutputs + clusters.tails), ...(exampleWeights && { exampleWeights }) },
    tails: tails.map((list, tail) => {
      const { examples } = list;
      if (examples.length === 0) return undefined;
      const weights = Float64Array.from(examples, (j) => ((exampleWeights?.[j] ?? 1) * examples.length) / rows);
      const own = { ...list.targets(clusters.size(tail + 1)), exampleWeights: weights };
      return { examples: Uint32Array.from(examples), targets: own };
    }),
  };
}

class TargetList {
  readonly examples: number[] = [];
  readonly #offsets: number[] = [0];
  readonly #ids: number[] = [];
  readonly #values: number[] = [];

  push(id: number, value: number): void {
    this.#ids.push(id);
    this.#values.push(value);
  }

  endExample(example: number): void {
    this.examples.push(example);
    this.#offsets.push(this.#ids.length);
  }

  targets(outputs: number): SparseTargets {
    return {
      rows: this.examples.length,
      outputs,
      offsets: Uint32Array.from(this.#offsets),
      ids: Uint32Array.from(this.#ids),
      values: Float64Array.from(this.#values),
    };
  }
}
