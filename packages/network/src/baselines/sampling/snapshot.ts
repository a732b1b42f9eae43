import {
  createRandom,
  type Dtype,
  findTensor,
  type Json,
  readAllFloats,
  type Snapshot,
  tensorOf,
} from "@widehead/core";
import { checkedFacts } from "@widehead/core/internals";
import { formatError } from "../../snapshot/tensors.ts";
import { countsTensors, restoreCounts } from "../counts.ts";
import type { BaselineRestoreOptions } from "../restore-options.ts";
import { type RowOptimizer, WeightRows } from "../rows/weight-rows.ts";
import { type SampledModel, type SamplingMethod, samplingMethods } from "./options.ts";
import type { SamplerName } from "./sampler.ts";

const version = 1;

interface Facts {
  readonly kind: SamplingMethod;
  readonly version: number;
  readonly dtype: Dtype;
  readonly outputs: number;
  readonly features: number;
  readonly negatives: number;
  readonly sampler: SamplerName;
  readonly optimizer: RowOptimizer;
  readonly rowCount: number;
  readonly random: readonly number[];
  readonly counters: { readonly steps: number };
}

export function snapshotOf({ method, weights, counts, offset, ...model }: SampledModel): Snapshot {
  const facts: Facts = {
    kind: method,
    version,
    dtype: weights.store.dtype,
    outputs: weights.count,
    features: weights.features,
    negatives: model.negatives,
    sampler: model.samplerName,
    optimizer: weights.optimizer,
    rowCount: weights.store.touched,
    random: model.random.state(),
    counters: { ...model.counters },
  };
  return {
    facts: facts as unknown as { readonly [key: string]: Json },
    tensors: [tensorOf("offset", [offset.length], offset), ...countsTensors(counts), ...weights.tensors()],
  };
}

/** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
export async function restoreSampled(snapshot: Snapshot, options: BaselineRestoreOptions): Promise<SampledModel> {
  const method = samplingMethods.find((name) => name === snapshot.facts.kind);
  if (method === undefined) throw formatError("kind", `one of ${samplingMethods.join(", ")}`, snapshot.facts.kind);
  const facts = checkedFacts<Facts>(snapshot, method, version);
  const { outputs, features, optimizer, negatives, sampler, random, counters, rowCount } = facts;
  const counts = await restoreCounts(snapshot, outputs);
  const offset = await readAllFloats(findTensor(snapshot, "offset", [features]), "float64");
  const weights = await WeightRows.restore({ ...options, outputs, features, optimizer }, snapshot, rowCount);
  return {
    backend: options.backend,
    method,
    negatives,
    samplerName: sampler,
    counts,
    weights,
    random: createRandom(random),
    offset: Float64Array.from(offset),
    counters: { ...counters },
  };
}
