import type { Backend, Loss } from "../contract/index.ts";
import { checkInitial, type InitialWeights, initialOffset, initialRows } from "../initial.ts";
import { bytesOf } from "../matrix.ts";
import { checkMemory, requireCount, requireOneOf } from "../validate.ts";
import { WeightBlocks } from "./blocks.ts";

export interface DenseOptions {
  readonly backend: Backend;
  /** D. */
  readonly outputs: number;
  /** d, the constant that serves as bias included. */
  readonly features: number;
  readonly loss: Loss;
  readonly initial?: InitialWeights;
  /** What to do with an example whose loss is undefined: throw ERR_LOSS_DOMAIN (nothing changes), or leave it out and count it. */
  readonly undefinedExamples?: "throw" | "skip";
  /** Bytes that the weights may take; ERR_MEMORY beyond. Unlimited unless told. */
  readonly memoryLimit?: number;
}

export interface DenseRestoreOptions {
  readonly backend: Backend;
  /** Needed for a loss of the user's own; the built-in ones are found by name. */
  readonly loss?: Loss;
  readonly memoryLimit?: number;
}

/** Everything that a dense layer is, without the calls. */
export interface DenseModel {
  readonly backend: Backend;
  readonly loss: Loss;
  readonly weights: WeightBlocks;
  readonly undefinedExamples: "throw" | "skip";
  /** Initial ω [d], which new outputs get. */
  readonly offset: Float64Array;
  readonly counters: { steps: number; skippedExamples: number };
}

/** @throws WideheadError as {@link DenseLayer.create} */
export async function createModel(options: DenseOptions): Promise<DenseModel> {
  const { backend, outputs, features, loss, initial = {}, undefinedExamples = "throw" } = options;
  requireCount("outputs", outputs, 2 ** 32 - 1);
  requireCount("features", features);
  requireOneOf("undefinedExamples", undefinedExamples, ["throw", "skip"]);
  checkInitial(initial, outputs, features);
  checkDenseMemory(backend, outputs, features, options.memoryLimit);
  const weights = new WeightBlocks(backend, features);
  const offset = initialOffset(initial, features);
  try {
    for (const rows of initialRows(initial, backend, outputs, features, weights.blockRows)) {
      for (let i = 0; i < rows.length; i += 1) rows[i] += offset[i % features];
      await weights.append(rows);
    }
  } catch (error) {
    weights[Symbol.dispose]();
    throw error;
  }
  return { backend, loss, weights, undefinedExamples, offset, counters: { steps: 0, skippedExamples: 0 } };
}

/** @throws WideheadError ERR_MEMORY */
export function checkDenseMemory(backend: Backend, outputs: number, features: number, limit: number | undefined): void {
  const { dtype } = backend.numerics;
  const needed = outputs * features * bytesOf(dtype);
  checkMemory(`a dense layer of ${outputs} outputs and ${features} features in ${dtype}`, needed, limit);
}
