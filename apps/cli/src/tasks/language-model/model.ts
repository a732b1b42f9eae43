import type { Backend } from "@widehead/core";
import { LanguageModel, type ModelRestoreOptions } from "@widehead/network";
import { checkpointError, type SavedRun } from "../../checkpoint.ts";
import { createHead } from "../../head.ts";
import type { Io } from "../../io.ts";
import { requireBodyMemory } from "../../memory.ts";
import { vocabularyOf } from "../words/vocabulary.ts";
import type { LanguageModelSettings } from "./settings.ts";

/** A new model as the options say; the caller disposes it. Throws WideheadError ERR_UNSUPPORTED, ERR_MEMORY. */
export async function createModel(
  settings: LanguageModelSettings,
  vocabularySize: number,
  backend: Backend,
  io: Io,
): Promise<LanguageModel> {
  const { features, hidden, embedding, context, activation, seed, batch, layerNorm, dropout } = settings;
  const widths = [context * embedding, ...hidden, features];
  requireBodyMemory({ table: vocabularySize * embedding, widths, batch }, backend, io.memoryLimit());
  const shape = { backend, outputs: vocabularySize, features: features + 1, memoryLimit: io.memoryLimit() };
  return LanguageModel.create({
    backend,
    head: await createHead({ ...settings, ...shape }),
    vocabularySize,
    context,
    embedding,
    hidden: [...hidden, features],
    activation,
    ...(layerNorm && { layerNorm }),
    ...(dropout && { dropout }),
    seed,
    bodyOptimizer: { name: settings.bodyOptimizer, learningRate: settings.bodyLearningRate },
  });
}

/** A run's model. Throws WideheadError ERR_FORMAT, ERR_MEMORY. */
export async function restoreModel(run: SavedRun, options: ModelRestoreOptions): Promise<LanguageModel> {
  const { size } = vocabularyOf(run);
  const model = await LanguageModel.restore(run.snapshot, options);
  const { vocabularySize } = model.options;
  if (vocabularySize === size) return model;
  await model[Symbol.asyncDispose]();
  throw checkpointError(run.folder, `a vocabulary of ${vocabularySize} words`, `one of ${size}`);
}
