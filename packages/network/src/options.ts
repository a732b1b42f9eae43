import type { Backend, OutputLayer } from "@widehead/core";
import { type ActivationName, activations } from "./hidden/activation.ts";
import { checkOptimizerOptions, type OptimizerOptions } from "./optimizers/index.ts";
import { optionError, requireInteger, requireName } from "./validate.ts";

/** The shape of a language model's body, and how it learns. */
export interface BodyOptions {
  /** Number of words that a context may hold. At least 2. */
  readonly vocabularySize: number;
  /** Words of a context. */
  readonly context: number;
  /** Length of a word's vector. */
  readonly embedding: number;
  /** Widths of the hidden layers, at least one; the output layer's features are the last width plus the constant. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  /** Seed of the first weights. */
  readonly seed: number;
  readonly bodyOptimizer: OptimizerOptions;
}

export interface LanguageModelOptions extends BodyOptions {
  /** Where the body's products run; the caller's to dispose, after the model. */
  readonly backend: Backend;
  /** The output layer [vocabularySize, last hidden width + 1]; from now on the model's to dispose. */
  readonly head: OutputLayer;
}

/** Throws ERR_OPTION, or TypeError for a value of the wrong type. */
export function checkBodyOptions(options: BodyOptions): void {
  requireInteger("vocabularySize", options.vocabularySize, 2);
  requireInteger("context", options.context, 1);
  requireInteger("embedding", options.embedding, 1);
  if (!Array.isArray(options.hidden)) throw new TypeError("hidden must be an array of widths");
  if (options.hidden.length === 0) throw optionError("hidden", "at least one width", "none");
  options.hidden.forEach((width, i) => {
    requireInteger(`hidden[${i}]`, width, 1);
  });
  requireName("activation", options.activation, Object.keys(activations) as ActivationName[]);
  requireInteger("seed", options.seed, Number.MIN_SAFE_INTEGER);
  checkOptimizerOptions(options.bodyOptimizer);
}
