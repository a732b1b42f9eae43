import { type Backend, FactoredLayer, WideheadError } from "@widehead/core";
import { LanguageModel } from "@widehead/network";
import { bodyLearningRate, context, embedding, features, type LossChoice, seed, warmUpSteps } from "./shape.ts";
import type { Text } from "./text.ts";

export interface Step {
  /** Mean loss of the batch, before the update. */
  readonly loss: number;
  /** Of the call, from outside. */
  readonly milliseconds: number;
}

export interface Plan {
  readonly text: Text;
  readonly choice: LossChoice;
  readonly steps: number;
  /** Factor of all learning rates, 1 unless told. */
  readonly rateFactor?: number;
}

/**
 * Trains a new model, step by step. The caller disposes the backend.
 *
 * @throws WideheadError ERR_NOT_FINITE when the loss is no number; and what the backend throws
 */
export async function* train(backend: Backend, plan: Plan): AsyncGenerator<Step, void> {
  const { text, choice, steps, rateFactor = 1 } = plan;
  await using model = await createModel(backend, plan);
  for (let step = 0; step < steps; step += 1) {
    const factor = rateFactor * Math.min(1, (step + 1) / warmUpSteps);
    const batch = text.batches.at(step);
    const before = performance.now();
    const { loss } = await model.train(batch, {
      learningRate: choice.learningRate * factor,
      bodyLearningRate: bodyLearningRate * factor,
    });
    const milliseconds = performance.now() - before;
    if (!Number.isFinite(loss)) {
      throw new WideheadError("ERR_NOT_FINITE", `loss must stay finite, got ${loss} at step ${step}`, { step, loss });
    }
    yield { loss, milliseconds };
  }
}

async function createModel(backend: Backend, { text, choice }: Plan): Promise<LanguageModel> {
  const { vocabularySize } = text;
  const offset = new Float64Array(features + 1);
  offset[features] = choice.bias;
  const head = await FactoredLayer.create({
    backend,
    loss: choice.loss,
    outputs: vocabularySize,
    features: features + 1,
    initial: { seed, offset },
  });
  return LanguageModel.create({
    backend,
    head,
    vocabularySize,
    context,
    embedding,
    hidden: [features],
    activation: "tanh",
    seed,
    bodyOptimizer: { name: "adam", learningRate: bodyLearningRate },
  });
}
