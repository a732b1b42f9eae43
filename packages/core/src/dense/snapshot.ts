import type { Dtype, Json, Loss, Snapshot } from "../contract/index.ts";
import { formatLoss, parseLoss } from "../losses/index.ts";
import {
  checkedFacts,
  findTensor,
  readAllFloats,
  readFloats,
  streamedTensor,
  tensorDtype,
  tensorOf,
} from "../snapshot.ts";
import { WeightBlocks } from "./blocks.ts";
import { checkDenseMemory, type DenseModel, type DenseRestoreOptions } from "./model.ts";

const VERSION = 1;

interface Facts {
  readonly kind: "dense";
  readonly version: number;
  readonly dtype: Dtype;
  readonly outputs: number;
  readonly features: number;
  readonly loss: string;
  readonly undefinedExamples: "throw" | "skip";
  readonly counters: { steps: number; skippedExamples: number };
}

export function snapshotOf({ backend, loss, weights, undefinedExamples, offset, counters }: DenseModel): Snapshot {
  const { outputs, features } = weights;
  const { dtype } = backend.numerics;
  const facts: Facts = {
    kind: "dense",
    version: VERSION,
    dtype,
    outputs,
    features,
    loss: formatLoss(loss),
    undefinedExamples,
    counters: { ...counters },
  };
  return {
    facts: facts as unknown as { readonly [key: string]: Json },
    tensors: [
      tensorOf("offset", [features], offset),
      streamedTensor("weights", tensorDtype(dtype), [outputs, features], async function* () {
        for (let block = 0; block < weights.count; block += 1) yield (await backend.readMany([weights.at(block)]))[0];
      }),
    ],
  };
}

/** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
export async function restoreModel(snapshot: Snapshot, options: DenseRestoreOptions): Promise<DenseModel> {
  const facts = checkedFacts<Facts>(snapshot, "dense", VERSION);
  const { backend } = options;
  const { outputs, features } = facts;
  const { dtype } = backend.numerics;
  checkDenseMemory(backend, outputs, features, options.memoryLimit);
  const loss: Loss = options.loss ?? parseLoss(facts.loss);
  const offset = await readAllFloats(findTensor(snapshot, "offset", [features]), "float64");
  const weights = new WeightBlocks(backend, features);
  try {
    const rows = findTensor(snapshot, "weights", [outputs, features]);
    for await (const piece of readFloats(rows, dtype, weights.blockRows * features)) await weights.append(piece);
  } catch (error) {
    weights[Symbol.dispose]();
    throw error;
  }
  const { undefinedExamples } = facts;
  return {
    backend,
    loss,
    weights,
    undefinedExamples,
    offset: Float64Array.from(offset),
    counters: { ...facts.counters },
  };
}
