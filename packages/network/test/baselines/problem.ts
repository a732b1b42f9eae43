import { referenceModule } from "@widehead/conformance";
import {
  type Backend,
  createRandom,
  DenseLayer,
  type HostMatrix,
  hostMatrix,
  type OutputLayer,
  type Snapshot,
  type SparseTargets,
  softmaxCrossEntropy,
  sparseTargets,
} from "@widehead/core";
import { AdaptiveSoftmaxLayer, HierarchicalSoftmaxLayer, SampledLayer, type SampledOptions } from "../../src/index.ts";

export const outputs = 13;
export const features = 8;

/** Counts that do not go by id. */
export const counts: Uint32Array = Uint32Array.from({ length: outputs }, (_, id) => 1 + ((id * 5) % outputs) ** 2);

export const allIds: Uint32Array = Uint32Array.from({ length: outputs }, (_, id) => id);

/** Random activations [rows, features]. */
export function randomHidden(rows: number, seed: number): HostMatrix {
  const random = createRandom(seed);
  return hostMatrix(
    rows,
    features,
    Float64Array.from({ length: rows * features }, () => random.normal()),
  );
}

/** Several labels an example, an example without any, values, and weights of examples. */
export const manyLabels: SparseTargets = {
  ...sparseTargets.fromRows(outputs, [
    { ids: [3, 0, 12], values: [1, 2, 0.5] },
    { ids: [7] },
    { ids: [] },
    { ids: [11, 3, 2], values: [0, 1, 3] },
    { ids: [3] },
  ]),
  exampleWeights: Float64Array.of(1, 0.5, 1, 2, 1),
};

export const manyHidden: HostMatrix = randomHidden(manyLabels.rows, 4);

export function createSampled(backend: Backend, changes: Partial<SampledOptions> = {}): Promise<SampledLayer> {
  const initial = { deviation: 0.5, seed: 3, offset: Float64Array.from({ length: features }, (_, i) => i / 10) };
  return SampledLayer.create({
    ...{ backend, outputs, features, method: "sampled-softmax", negatives: 4, counts, initial },
    ...changes,
  });
}

/** A way to make a layer, and to make it again from its snapshot. */
export interface Subject {
  readonly name: string;
  create(backend: Backend): Promise<OutputLayer>;
  restore(snapshot: Snapshot, backend: Backend): Promise<OutputLayer>;
}

const sampled = (name: string, changes: Partial<SampledOptions>): Subject => ({
  name,
  create: (backend) => createSampled(backend, changes),
  restore: (snapshot, backend) => SampledLayer.restore(snapshot, { backend }),
});

/** Layers whose training loss is the exact one. */
export const exactSubjects: readonly Subject[] = [
  {
    name: "hierarchical softmax",
    create: (backend) => HierarchicalSoftmaxLayer.create({ backend, outputs, features, counts }),
    restore: (snapshot, backend) => HierarchicalSoftmaxLayer.restore(snapshot, { backend }),
  },
  {
    name: "adaptive softmax",
    create: (backend) => AdaptiveSoftmaxLayer.create({ backend, outputs, features, counts, cutoffs: [3, 7], seed: 5 }),
    restore: (snapshot, backend) => AdaptiveSoftmaxLayer.restore(snapshot, { backend }),
  },
];

export const subjects: readonly Subject[] = [
  sampled("sampled softmax", {}),
  sampled("sampled softmax, Adagrad, unigram", { optimizer: "adagrad", sampler: "unigram" }),
  sampled("noise-contrastive estimation", { method: "nce", sampler: "unigram" }),
  sampled("negative sampling, Adagrad", { method: "negative-sampling", optimizer: "adagrad" }),
  {
    name: "hierarchical softmax, Adagrad",
    create: (backend) => HierarchicalSoftmaxLayer.create({ backend, outputs, features, counts, optimizer: "adagrad" }),
    restore: (snapshot, backend) => HierarchicalSoftmaxLayer.restore(snapshot, { backend }),
  },
  ...exactSubjects,
];

/** A dense softmax layer with the weights of another. */
export async function denseTwin(layer: OutputLayer): Promise<DenseLayer> {
  const backend = await referenceModule.create();
  const weights = await layer.rows(Uint32Array.from({ length: layer.outputs }, (_, id) => id));
  return DenseLayer.create({
    ...{ backend, outputs: layer.outputs, features: layer.features },
    ...{ loss: softmaxCrossEntropy(), initial: { weights } },
  });
}

/** A few steps, so that nothing is at its first values. */
export async function warm(layer: OutputLayer, steps = 4): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    const ids = Array.from({ length: outputs }, (_, j) => (j * (step + 1)) % outputs);
    const targets = sparseTargets.fromIds(layer.outputs, ids);
    await layer.train(randomHidden(outputs, 20 + step), targets, { learningRate: 0.5 });
  }
}

/** Relative distance ‖a − b‖/‖b‖. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i += 1) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
