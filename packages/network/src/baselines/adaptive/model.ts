import { type Backend, bytesOf, createRandom, DenseLayer, type Matrix, softmaxCrossEntropy } from "@widehead/core";
import { checkMemory, requireCount, upload } from "@widehead/core/internals";
import { checkedCounts, frequencyOrder } from "../counts.ts";
import type { BaselineRestoreOptions } from "../restore-options.ts";
import { Clusters } from "./clusters.ts";
import { checkedCutoffs, chooseCutoffs, tailFeatures } from "./cutoffs.ts";

export interface AdaptiveOptions {
  readonly backend: Backend;
  /** D. */
  readonly outputs: number;
  /** d, the constant that serves as bias included. */
  readonly features: number;
  /** [D] occurrences of each output. Without them ids are taken to go by frequency, as Zipf's law has it, the most frequent first. */
  readonly counts?: ArrayLike<number>;
  /** Where each cluster but the last ends, by rank; those of least expected work unless given. */
  readonly cutoffs?: readonly number[];
  /** Of the first weights; 1 unless told. */
  readonly seed?: number;
  /** Bytes that the weights may take; ERR_MEMORY beyond. Unlimited unless told. */
  readonly memoryLimit?: number;
}

/** A tail: softmax over its outputs, of a projection of the hidden activations. */
export interface Tail {
  /** [outputs of the tail, d/4ⁱ]. */
  readonly layer: DenseLayer;
  /** [d/4ⁱ, d]. */
  readonly projection: Matrix;
}

/** Everything that an adaptive layer is, without the calls. */
export interface AdaptiveModel {
  readonly backend: Backend;
  readonly features: number;
  readonly clusters: Clusters;
  /** Over the most frequent outputs and, after them, one for each tail. */
  readonly head: DenseLayer;
  readonly tails: readonly Tail[];
  counts: Float64Array | undefined;
  readonly counters: { steps: number };
}

/** @throws WideheadError as {@link AdaptiveSoftmaxLayer.create} */
export async function createModel(options: AdaptiveOptions): Promise<AdaptiveModel> {
  const { backend, outputs, features, seed = 1 } = options;
  requireCount("outputs", outputs, 2 ** 32 - 1);
  requireCount("features", features);
  const counts = options.counts && checkedCounts(options.counts, outputs);
  const frequencies = counts && frequencyOrder(counts);
  const sorted = (rank: number): number => counts?.[frequencies!.order[rank]] ?? 1 / (rank + 1);
  const cutoffs =
    options.cutoffs === undefined
      ? chooseCutoffs(Float64Array.from({ length: outputs }, (_, rank) => sorted(rank)))
      : checkedCutoffs(options.cutoffs, outputs);
  const clusters = new Clusters(outputs, cutoffs, frequencies);
  checkAdaptiveMemory(clusters, features, options);
  const random = createRandom(seed);
  return assemble(clusters, {
    head: () => createSoftmax(backend, clusters.size(0) + clusters.tails, features, seed),
    tail: async (i) => {
      const reduced = tailFeatures(features, i);
      const layer = await createSoftmax(backend, clusters.size(i), reduced, seed + i);
      const projection = Float64Array.from({ length: reduced * features }, () => random.normal() / Math.sqrt(features));
      return { layer, projection: upload(backend, reduced, features, projection) };
    },
    rest: { backend, features, counts, counters: { steps: 0 } },
  });
}

/** Makes the parts in order; where one fails, those before it are disposed. */
export async function assemble(
  clusters: Clusters,
  parts: {
    readonly head: () => Promise<DenseLayer>;
    /** Of tail i = 1, 2, … */
    readonly tail: (i: number) => Promise<Tail>;
    readonly rest: Omit<AdaptiveModel, "clusters" | "head" | "tails">;
  },
): Promise<AdaptiveModel> {
  const head = await parts.head();
  const tails: Tail[] = [];
  try {
    for (let i = 1; i <= clusters.tails; i += 1) tails.push(await parts.tail(i));
  } catch (error) {
    await disposeParts(head, tails);
    throw error;
  }
  return { ...parts.rest, clusters, head, tails };
}

export async function disposeParts(head: DenseLayer, tails: readonly Tail[]): Promise<void> {
  for (const { projection } of tails) projection[Symbol.dispose]();
  await Promise.all([head, ...tails.map(({ layer }) => layer)].map((layer) => layer[Symbol.asyncDispose]()));
}

/** @throws WideheadError ERR_MEMORY */
export function checkAdaptiveMemory(
  clusters: Clusters,
  features: number,
  { backend, memoryLimit }: BaselineRestoreOptions,
): void {
  const what = `adaptive softmax [${clusters.outputs}, ${features}] in ${backend.numerics.dtype}`;
  checkMemory(what, weightBytes(clusters, features, backend), memoryLimit);
}

export function weightBytes(clusters: Clusters, features: number, backend: Backend): number {
  let weights = (clusters.size(0) + clusters.tails) * features;
  for (let i = 1; i <= clusters.tails; i += 1) {
    weights += tailFeatures(features, i) * (clusters.size(i) + features);
  }
  return weights * bytesOf(backend.numerics.dtype);
}

function createSoftmax(backend: Backend, outputs: number, features: number, seed: number): Promise<DenseLayer> {
  return DenseLayer.create({ backend, outputs, features, loss: softmaxCrossEntropy(), initial: { seed } });
}
