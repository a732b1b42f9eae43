import { isWideheadError } from "@widehead/core";
import { ContextBatches } from "@widehead/data";
import { accuracy, evaluateSplit, LanguageModel, train } from "@widehead/network";
import { processorMilliseconds } from "./clock.mjs";
import { context } from "./texts.mjs";

/** The network under every output layer, and how it is trained. */
export const shape = { context, embedding: 48, features: 128, activation: "gelu", batch: 128 };

export const seed = 1;
const warmupSteps = 10;
const finalFraction = 0.05;

/**
 * Trains one model within a budget of `steps` or `seconds`, rates falling linearly over it, and measures it on held-out
 * text. Seconds are of processor time.
 */
export async function trainWithin(budget, { backend, task, method, setting, positions }) {
  const { learningRate, bodyLearningRate, optimizer } = setting;
  const { outputs, counts } = task;
  const layer = { backend, outputs, features: shape.features + 1 };
  const model = LanguageModel.create({
    backend,
    head: await method.create({ layer, counts, optimizer }),
    vocabularySize: outputs,
    context,
    embedding: shape.embedding,
    hidden: [shape.features],
    activation: shape.activation,
    seed,
    bodyOptimizer: { name: "adam", learningRate: bodyLearningRate },
  });
  // An epoch's shuffle is drawn when its first batch is: here, lest it weighs on the shortest budgets.
  const batches = new ContextBatches(task.train, { batchSize: shape.batch, seed });
  batches.at(0);
  try {
    const { state } = await train(model, batches, {
      ...(budget.steps === undefined ? { minutes: budget.seconds / 60 } : { steps: budget.steps }),
      headLearningRate: learningRate,
      schedule: { warmupSteps, decay: "linear", finalFraction },
      recordEvery: Number.MAX_SAFE_INTEGER,
      now: processorMilliseconds,
    });
    const validation = await measure(model, task.validation, { method, positions: positions / 4 });
    const test = await measure(model, task.test, { method, positions });
    return { setting, steps: state.step, seconds: state.seconds, validation, test };
  } catch (error) {
    if (!isWideheadError(error)) throw error;
    return { setting, failed: error.code };
  } finally {
    await model[Symbol.asyncDispose]();
  }
}

/** Every method is ranked by the same exact search over all outputs, on the same positions. */
async function measure(model, dataset, { method, positions }) {
  const examples = dataset.batch(dataset.sample(positions, seed));
  const [top1, top10] = await accuracy(model, examples, { k: [1, 10] });
  if (!method.normalized) return { top1, top10 };
  const { perplexity } = await evaluateSplit(model, pieces(examples));
  return { perplexity, top1, top10 };
}

function* pieces({ contexts, targets }, size = 128) {
  for (let begin = 0; begin < targets.length; begin += size) {
    const end = Math.min(begin + size, targets.length);
    yield { contexts: contexts.subarray(begin * context, end * context), targets: targets.subarray(begin, end) };
  }
}
