import type { Backend } from "@widehead/core";
import { LanguageModel } from "@widehead/network";
import { createHead } from "../head.ts";
import type { Io } from "../io.ts";
import { bytesOfNumber, requireMemory } from "../memory.ts";
import type { Settings } from "./settings.ts";

/** A new model as the options say; the caller disposes it. Throws WideheadError ERR_UNSUPPORTED, ERR_MEMORY. */
export async function createModel(
  settings: Settings,
  vocabularySize: number,
  backend: Backend,
  io: Io,
): Promise<LanguageModel> {
  const { features, hidden, embedding, context, activation, output, optimizer, loss, seed } = settings;
  requireBodyMemory(settings, vocabularySize, backend, io);
  const head = await createHead({
    backend,
    output,
    optimizer,
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

/** What grows without bound beside the output layer: the body's parameters, and its activations for a batch. */
function requireBodyMemory(
  { features, hidden, embedding, context, batch }: Settings,
  vocabularySize: number,
  backend: Backend,
  io: Io,
): void {
  const bytes = bytesOfNumber(backend.numerics.dtype);
  const widths = [context * embedding, ...hidden, features];
  const weights = widths.slice(1).reduce((sum, width, i) => sum + width * widths[i]!, vocabularySize * embedding);
  const activations = widths.reduce((sum, width) => sum + width, 0);
  const limit = io.memoryLimit();
  requireMemory(`a body of ${weights} weights`, bytes * weights, limit);
  requireMemory(`a batch of ${batch} with ${activations} activations each`, bytes * batch * activations, limit);
}
