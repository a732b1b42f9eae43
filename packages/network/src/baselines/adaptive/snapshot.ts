import {
  DenseLayer,
  findTensor,
  isWideheadError,
  type Json,
  readAllFloats,
  type Snapshot,
  type Tensor,
  tensorOf,
  WideheadError,
} from "@widehead/core";
import { checkedFacts, upload } from "@widehead/core/internals";
import { countsTensors, frequencyOrder, restoreCounts } from "../counts.ts";
import type { BaselineRestoreOptions } from "../restore-options.ts";
import { Clusters } from "./clusters.ts";
import { checkedCutoffs, tailFeatures } from "./cutoffs.ts";
import { type AdaptiveModel, assemble, checkAdaptiveMemory } from "./model.ts";

export const adaptiveKind = "adaptive-softmax";
const version = 1;

interface Facts {
  readonly kind: typeof adaptiveKind;
  readonly version: number;
  readonly outputs: number;
  readonly features: number;
  readonly cutoffs: readonly number[];
  readonly counters: { readonly steps: number };
  /** Of the head and the tails, as {@link DenseLayer.save} gives them. */
  readonly parts: readonly Snapshot["facts"][];
}

/** Facts and tensors of all parts; those of part i are named `part<i>.…`, the head being 0. */
export async function snapshotOf({ backend, head, tails, ...model }: AdaptiveModel): Promise<Snapshot> {
  const parts: Snapshot[] = [];
  for (const layer of [head, ...tails.map((tail) => tail.layer)]) parts.push(await layer.save(async (part) => part));
  const { clusters, features, counts, counters } = model;
  const facts: Facts = {
    kind: adaptiveKind,
    version,
    outputs: clusters.outputs,
    features,
    cutoffs: clusters.cutoffs,
    counters: { ...counters },
    parts: parts.map((part) => part.facts),
  };
  const projections = await backend.readMany(tails.map(({ projection }) => projection));
  return {
    facts: facts as unknown as { readonly [key: string]: Json },
    tensors: [
      ...countsTensors(counts),
      ...projections.map((data, i) => tensorOf(`projection${i + 1}`, [data.length / features, features], data)),
      ...parts.flatMap(({ tensors }, i) => tensors.map((tensor) => renamed(tensor, `part${i}.${tensor.name}`))),
    ],
  };
}

/** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
export async function restoreAdaptive(snapshot: Snapshot, options: BaselineRestoreOptions): Promise<AdaptiveModel> {
  const { outputs, features, parts, counters, ...facts } = checkedFacts<Facts>(snapshot, adaptiveKind, version);
  const { backend } = options;
  const counts = await restoreCounts(snapshot, outputs);
  const cutoffs = restoreCutoffs(facts.cutoffs, outputs);
  const clusters = new Clusters(outputs, cutoffs, counts && frequencyOrder(counts));
  checkAdaptiveMemory(clusters, features, options);
  const part = async (i: number, expected: readonly number[]): Promise<DenseLayer> => {
    const { [i]: saved } = parts;
    checkShape(i, expected, [saved?.outputs, saved?.features]);
    const tensors = snapshot.tensors.flatMap((tensor) => {
      const prefix = `part${i}.`;
      return tensor.name.startsWith(prefix) ? [renamed(tensor, tensor.name.slice(prefix.length))] : [];
    });
    return DenseLayer.restore({ facts: saved, tensors }, { backend });
  };
  return assemble(clusters, {
    head: () => part(0, [clusters.size(0) + clusters.tails, features]),
    tail: async (i) => {
      const reduced = tailFeatures(features, i);
      const saved = findTensor(snapshot, `projection${i}`, [reduced, features]);
      const data = await readAllFloats(saved, backend.numerics.dtype);
      return {
        layer: await part(i, [clusters.size(i), reduced]),
        projection: upload(backend, reduced, features, data),
      };
    },
    rest: { backend, features, counts, counters: { ...counters } },
  });
}

function restoreCutoffs(cutoffs: readonly number[], outputs: number): number[] {
  try {
    return checkedCutoffs(cutoffs, outputs);
  } catch (cause) {
    if (!isWideheadError(cause)) throw cause;
    throw new WideheadError("ERR_FORMAT", `snapshot: ${cause.message}`, { ...cause.details }, { cause });
  }
}

function checkShape(part: number, expected: readonly number[], actual: readonly (Json | undefined)[]): void {
  if (expected.join() === actual.join()) return;
  throw new WideheadError("ERR_FORMAT", `snapshot: part ${part} must be [${expected}], got [${actual}]`, {
    part,
    expected,
    actual,
  });
}

function renamed(tensor: Tensor, name: string): Tensor {
  return { ...tensor, name, chunks: () => tensor.chunks() };
}
