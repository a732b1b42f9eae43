import type { Backend } from "@widehead/core";
import { LanguageModel } from "@widehead/network";
import { createHead } from "../head.ts";
import type { Io } from "../io.ts";
import type { Settings } from "./settings.ts";

/** A new model as the options say; the caller disposes it. Throws WideheadError ERR_UNSUPPORTED, ERR_MEMORY. */
export async function createModel(
  settings: Settings,
  vocabularySize: number,
  backend: Backend,
  io: Io,
): Promise<LanguageModel> {
  const { features, hidden, embedding, context, activation, output, loss, seed } = settings;
  const head = await createHead({
    backend,
    output,
    loss,
    outputs: vocabularySize,
    features: features + 1,
    seed,
    memoryLimit: io.memoryLimit(),
  });
  return LanguageModel.create({
    backend,
    head,
    vocabularySize,
    context,
    embedding,
    hidden: [...hidden, features],
    activation,
    seed,
    bodyOptimizer: { name: settings.bodyOptimizer, learningRate: settings.bodyLearningRate },
  });
}
