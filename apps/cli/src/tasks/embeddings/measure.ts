import type { TokenSource, Vocabulary } from "@widehead/data";
import { evaluateSplit, type SparseModel } from "@widehead/network";
import { columns, number } from "../../format.ts";
import { type BagSettings, bagsOf, firstBatches } from "./data.ts";
import { heldOutBatches } from "./defaults.ts";

/** How well a model says which words go together in a text that it has not seen. */
export interface HeldOut {
  /** Mean over words that sub-sampling has left. */
  readonly loss: number;
  /** Only for losses that define probabilities. */
  readonly perplexity: number | undefined;
  readonly words: number;
}

/** Measures a model on a text, or on a seeded sample of a long one. Throws WideheadError ERR_FORMAT. */
export async function measure(
  model: SparseModel,
  tokens: TokenSource,
  vocabulary: Vocabulary,
  settings: BagSettings,
): Promise<HeldOut> {
  const bags = bagsOf(tokens, vocabulary, settings);
  const { loss, perplexity, examples } = await evaluateSplit(model, firstBatches(bags, heldOutBatches.test));
  return { loss, perplexity, words: examples };
}

/** The figures for people. */
export function formatHeldOut({ loss, perplexity, words }: HeldOut): string[] {
  return [
    `Held-out text, ${number(words)} words with those around them`,
    ...columns([perplexity === undefined ? ["loss", loss.toPrecision(5)] : ["perplexity", number(perplexity)]]),
  ];
}
