import type { Backend, HostMatrix, OutputLayer, Snapshot } from "@widehead/core";
import { type ActivationName, activationNames } from "./hidden/activation.ts";
import { type Combine, combines } from "./input/sparse-weights.ts";
import type { BodyKernels } from "./kernels/index.ts";
import { checkOptimizerOptions, type OptimizerOptions } from "./optimizers/index.ts";
import { optionError, requireFraction, requireInteger, requireName, requirePositive } from "./validate.ts";

/** The hidden layers between input and output layer, and how a body learns. */
export interface HiddenOptions {
  /** Widths of the hidden layers; the output layer's features are the last width plus the constant. */
  readonly hidden: readonly number[];
  /** Of the hidden layers. "tanh" unless told. */
  readonly activation?: ActivationName;
  /** Normalises each layer's sums over the layer before the activation. Off unless told. */
  readonly layerNorm?: boolean;
  /** Fraction of each layer's activations that a training step leaves out. 0 unless told. */
  readonly dropout?: number;
  /** Seed of the first weights, and of what dropout leaves out. */
  readonly seed: number;
  readonly bodyOptimizer: OptimizerOptions;
}

/** The shape of a language model's body, and how it learns. At least one hidden layer. */
export interface BodyOptions extends HiddenOptions {
  /** Number of words that a context may hold. At least 2. */
  readonly vocabularySize: number;
  /** Words of a context. */
  readonly context: number;
  /** Length of a word's vector. */
  readonly embedding: number;
}

/** The shape of a sparse model's body, and how it learns; layer norm and dropout are of its input layer as well. */
export interface SparseBodyOptions extends HiddenOptions {
  /** Number of inputs, 1 … 2³² − 1: the table takes inputs·embedding numbers, and what the optimiser keeps of each. */
  readonly inputs: number;
  /** Width of the input layer, and so the length of an input's row. */
  readonly embedding: number;
  /** "sum" unless told. */
  readonly combine?: Combine;
  /**
   * Fraction of an example's inputs that a training step leaves out. What is left makes up for it: scaled up in a sum,
   * the whole of a mean or a norm. 0 unless told.
   */
  readonly inputDropout?: number;
  /** Gives the input layer a bias. Off unless told. */
  readonly inputBias?: boolean;
  /** Of the input layer. "linear" unless told. */
  readonly inputActivation?: ActivationName;
  /** Standard deviation of the first input rows. 1/√embedding unless told. */
  readonly inputDeviation?: number;
}

/** Where a model computes. */
export interface ModelParts {
  /** Where the body's products run; the caller's to dispose, after the model. */
  readonly backend: Backend;
  /** The output layer, whose features are the last width of the body + 1; from now on the model's to dispose. */
  readonly head: OutputLayer;
  /** The body's element-wise arithmetic. Plain loops unless told. */
  readonly kernels?: BodyKernels;
}

export type LanguageModelOptions = BodyOptions & ModelParts;
export type SparseModelOptions = SparseBodyOptions &
  ModelParts & {
    /** The input layer's first rows [inputs, embedding], copied: those of `principalRows`, say. Random unless told. */
    readonly inputRows?: HostMatrix;
  };

export interface ModelRestoreOptions {
  readonly backend: Backend;
  /** Makes the output layer from its own snapshot; from then on it is the model's to dispose. */
  readonly restoreHead: (snapshot: Snapshot) => Promise<OutputLayer>;
  /** As in {@link ModelParts}. */
  readonly kernels?: BodyKernels;
}

/** Throws ERR_OPTION, or TypeError for a value of the wrong type. */
export function checkBodyOptions(options: BodyOptions): void {
  requireInteger("vocabularySize", options.vocabularySize, 2);
  requireInteger("context", options.context, 1);
  requireInteger("embedding", options.embedding, 1);
  checkHiddenOptions(options);
  if (options.hidden.length === 0) throw optionError("hidden", "at least one width", "none");
}

/** Throws ERR_OPTION, or TypeError for a value of the wrong type. */
export function checkSparseBodyOptions(options: SparseBodyOptions): void {
  const { inputs, embedding, combine = "sum", inputDropout = 0, inputBias = false } = options;
  const { inputActivation = "linear", inputDeviation = 1 } = options;
  requireInputs(inputs);
  requireInteger("embedding", embedding, 1);
  requireName("combine", combine, combines);
  requireFraction("inputDropout", inputDropout);
  requireBoolean("inputBias", inputBias);
  requireName("inputActivation", inputActivation, activationNames);
  requirePositive("inputDeviation", inputDeviation);
  checkHiddenOptions(options);
}

/** Throws ERR_OPTION unless ids of 32 bits can tell so many inputs apart. */
export function requireInputs(inputs: number): void {
  requireInteger("inputs", inputs, 1);
  if (inputs >= 2 ** 32) throw optionError("inputs", "below 2³²", inputs);
}

function checkHiddenOptions(options: HiddenOptions): void {
  const { hidden, activation = "tanh", layerNorm = false, dropout = 0, seed, bodyOptimizer } = options;
  if (!Array.isArray(hidden)) throw new TypeError("hidden must be an array of widths");
  hidden.forEach((width, i) => {
    requireInteger(`hidden[${i}]`, width, 1);
  });
  requireName("activation", activation, activationNames);
  requireBoolean("layerNorm", layerNorm);
  requireFraction("dropout", dropout);
  requireInteger("seed", seed, Number.MIN_SAFE_INTEGER);
  checkOptimizerOptions(bodyOptimizer);
}

function requireBoolean(argument: string, value: boolean): void {
  if (typeof value !== "boolean") throw new TypeError(`${argument} must be a boolean, got ${typeof value}`);
}
