import type { Batch, LanguageModel } from "./language-model.ts";
import type { TrainableModel } from "./trainable.ts";
import type { Batches } from "./trainer-options.ts";
import { requireInteger } from "./validate.ts";

export interface SplitEvaluation {
  /** Mean over all examples, in the loss's unit. */
  readonly loss: number;
  /** exp(loss), only for losses that define probabilities. */
  readonly perplexity: number | undefined;
  readonly examples: number;
  /** Examples left out because the loss was undefined there. */
  readonly skipped: number;
}

/** Mean loss over batches of any sizes; changes nothing. Throws what the model's `evaluate` throws. */
export async function evaluateSplit<B>(
  model: Pick<TrainableModel<B>, "evaluate" | "hasPerplexity">,
  batches: Batches<B>,
): Promise<SplitEvaluation> {
  let total = 0;
  let examples = 0;
  let skipped = 0;
  for await (const batch of batches) {
    const evaluation = await model.evaluate(batch);
    const { length } = evaluation.losses;
    total += evaluation.loss * length;
    examples += length;
    skipped += evaluation.skipped;
  }
  const loss = examples === 0 ? 0 : total / examples;
  return { loss, perplexity: perplexityOf(model, loss), examples, skipped };
}

/** exp(loss) for a model whose loss defines probabilities, else undefined. */
export function perplexityOf(model: { readonly hasPerplexity: boolean }, loss: number): number | undefined {
  return model.hasPerplexity ? Math.exp(loss) : undefined;
}

export interface AccuracyOptions {
  /** How many best guesses count as a hit, one figure for each. [1, 10] unless told. */
  readonly k?: readonly number[];
  /** Examples in one call of the model. 128 unless told. */
  readonly batchSize?: number;
}

/**
 * The fraction of the examples whose target is among the model's k best guesses, for each k. O(D d) an example.
 * Throws ERR_OPTION, and what {@link LanguageModel.predict} throws.
 */
export async function accuracy(
  model: LanguageModel,
  examples: Batch,
  options: AccuracyOptions = {},
): Promise<number[]> {
  const { k = [1, 10], batchSize = 128 } = options;
  requireInteger("batchSize", batchSize, 1);
  for (const count of k) requireInteger("k", count, 1);
  const { context, vocabularySize } = model.options;
  const guesses = Math.min(Math.max(...k), vocabularySize);
  const hits = k.map(() => 0);
  const { contexts, targets } = examples;
  for (let begin = 0; begin < targets.length; begin += batchSize) {
    const wanted = targets.subarray(begin, begin + batchSize);
    const top = await model.predict(contexts.subarray(begin * context, (begin + wanted.length) * context), guesses);
    wanted.forEach((target, row) => {
      const rank = top.ids.subarray(row * guesses, (row + 1) * guesses).indexOf(target);
      k.forEach((count, i) => {
        if (rank >= 0 && rank < count) hits[i] += 1;
      });
    });
  }
  return hits.map((count) => (targets.length === 0 ? 0 : count / targets.length));
}
