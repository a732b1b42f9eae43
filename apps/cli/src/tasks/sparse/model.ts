import type { Backend } from "@widehead/core";
import { type ModelRestoreOptions, SparseModel } from "@widehead/network";
import { checkpointError, type SavedRun } from "../../checkpoint.ts";
import { createHead } from "../../head.ts";
import type { Io } from "../../io.ts";
import { requireBodyMemory } from "../../memory.ts";
import { firstRows, type ModelExamples } from "./first-rows.ts";
import type { SparseSettings } from "./options.ts";

export interface SparseShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Standard deviation of the numbers in an input's first row where they are random, times the root of its length. */
  readonly inputDeviation: number;
  /** What first rows that are not random are made for. */
  readonly examples?: ModelExamples;
}

/** A model's layers, for the document that a run ends with. */
export function layersOf({ hidden, features }: SparseSettings): {
  readonly hidden: readonly number[];
  readonly features: number;
} {
  return { hidden: [...hidden, features], features: features + 1 };
}

/** A new model whose first hidden layer takes the sparse inputs. Throws WideheadError ERR_UNSUPPORTED, ERR_MEMORY. */
export async function createModel(
  settings: SparseSettings,
  { inputs, outputs, inputDeviation, examples }: SparseShape,
  backend: Backend,
  io: Io,
): Promise<SparseModel> {
  const { features, activation, combine, inputDropout, layerNorm, dropout, seed, batch } = settings;
  const widths = [...settings.hidden, features];
  const [embedding, ...hidden] = widths as [number, ...number[]];
  requireBodyMemory({ table: inputs * embedding, widths, batch }, backend, io.memoryLimit());
  const inputRows = examples && (await firstRows(settings, examples, embedding, backend, io.memoryLimit()));
  // Random outputs of all ids together would outweigh the few targets of an example; the Z-loss cannot do without.
  const deviation = settings.loss.name === "z" ? {} : { deviation: 0 };
  const shape = { backend, outputs, features: features + 1, memoryLimit: io.memoryLimit() };
  return SparseModel.create({
    backend,
    head: await createHead({ ...settings, ...shape, ...deviation }),
    inputs,
    embedding,
    hidden,
    combine,
    inputDropout,
    inputActivation: activation,
    inputDeviation: inputDeviation / Math.sqrt(embedding),
    ...(inputRows && { inputRows }),
    activation,
    ...(layerNorm && { layerNorm }),
    ...(dropout && { dropout }),
    seed,
    bodyOptimizer: { name: settings.bodyOptimizer, learningRate: settings.bodyLearningRate },
  });
}

/** A run's model, which must have the sizes that its names say. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
export async function restoreModel(
  run: SavedRun,
  options: ModelRestoreOptions,
  sizes: { readonly inputs?: number; readonly outputs?: number },
): Promise<SparseModel> {
  const model = await SparseModel.restore(run.snapshot, options);
  const actual = { inputs: model.options.inputs, outputs: model.head.outputs };
  const { inputs = actual.inputs, outputs = actual.outputs } = sizes;
  if (inputs === actual.inputs && outputs === actual.outputs) return model;
  await model[Symbol.asyncDispose]();
  throw checkpointError(
    run.folder,
    `names of ${actual.inputs} inputs and ${actual.outputs} outputs`,
    `${inputs} and ${outputs}`,
  );
}
