import type { Dtype, Loss } from "@widehead/core";
import {
  aboveZero,
  atLeastZero,
  fraction,
  type Kind,
  loss,
  names,
  oneOf,
  text,
  toggle,
  wholeNumber,
  widths,
} from "./kinds.ts";

/** Everything that any command can be told. A command takes some of them; the meaning is the same in all. */
export interface Values {
  readonly features: number;
  readonly hidden: readonly number[];
  readonly embedding: number;
  readonly context: number;
  readonly predict: "context" | "word";
  readonly window: number;
  readonly activation: "linear" | "tanh" | "relu" | "gelu";
  readonly combine: "sum" | "mean" | "normalized";
  readonly inputRows: "principal" | "random";
  readonly layerNorm: boolean;
  readonly inputDropout: number;
  readonly dropout: number;
  readonly output: "factored" | "dense";
  readonly optimizer: "sgd" | "diagonal" | "second-order";
  readonly outputs: number;
  readonly targets: number;
  readonly loss: Loss;
  readonly damping: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly bodyOptimizer: "sgd" | "adam" | "adamw" | "adagrad";
  readonly bodyLearningRate: number;
  readonly data: string;
  readonly test: string;
  readonly format: "table" | "lists" | "libsvm" | "records" | "text";
  readonly minimumCount: number;
  readonly subsample: number;
  readonly pairs: string;
  readonly minimumWeight: number;
  readonly weighting: "none" | "tf-idf";
  readonly featureNames: string;
  readonly labelNames: string;
  readonly batch: number;
  readonly seed: number;
  readonly warmUpSteps: number;
  readonly decay: "constant" | "linear" | "cosine";
  readonly steps: number;
  readonly epochs: number;
  readonly minutes: number;
  readonly patience: number;
  readonly backend: string;
  readonly dtype: Dtype;
  readonly threads: number;
  readonly dense: boolean;
  readonly full: boolean;
  readonly cases: string;
  readonly k: readonly number[];
  readonly user: string;
  readonly items: readonly string[];
  readonly count: number;
  readonly among: number;
  readonly out: string;
  readonly resume: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export type OptionName = keyof Values;

export type Group = "Model" | "Output layer" | "Body" | "Data" | "Run";

export interface Option<T> extends Kind<T> {
  readonly group: Group;
  readonly help: string;
}

/** The grammar: every option once, in the order of help. */
export const options: { readonly [N in OptionName]: Option<Values[N]> } = {
  features: {
    group: "Model",
    help: "width of the last hidden layer: d without the constant that serves as bias",
    ...wholeNumber(1),
  },
  hidden: { group: "Model", help: "widths of the hidden layers before the last one", ...widths() },
  embedding: { group: "Model", help: "length of a word's vector", ...wholeNumber(1) },
  context: { group: "Model", help: "number of words that predict the next one", ...wholeNumber(1) },
  predict: {
    group: "Model",
    help: "context: the words around a word from it; word: a word from those around it",
    ...oneOf(["context", "word"]),
  },
  window: { group: "Model", help: "most words around a word, to each side", ...wholeNumber(1) },
  activation: { group: "Model", help: "of the hidden layers", ...oneOf(["linear", "tanh", "relu", "gelu"]) },
  combine: {
    group: "Model",
    help: "how the rows of an example's inputs add up: as they are, over the sum of the values, or over their length",
    ...oneOf(["sum", "mean", "normalized"]),
  },
  inputRows: {
    group: "Model",
    help: "an input's first numbers: random, or principal directions of the data, which stay unless --body-learning-rate says",
    ...oneOf(["principal", "random"]),
  },
  layerNorm: { group: "Model", help: "normalise each hidden layer before its activation", ...toggle() },
  inputDropout: { group: "Model", help: "fraction of an example's inputs that a step leaves out", ...fraction() },
  dropout: { group: "Model", help: "fraction of the hidden activations that a step leaves out", ...fraction() },
  output: {
    group: "Output layer",
    help: "factored: exact in O(d²) an example; dense: exact in O(Dd)",
    ...oneOf(["factored", "dense"]),
  },
  outputs: { group: "Output layer", help: "D, the number of outputs", ...wholeNumber(1) },
  targets: { group: "Output layer", help: "K, the number of non-zero targets of an example", ...wholeNumber(1) },
  loss: {
    group: "Output layer",
    help: "spherical, taylor, z, squared, weighted-squared, cosine, or softmax with --output dense; z:alpha=0.1,beta=5",
    ...loss(),
  },
  optimizer: {
    group: "Output layer",
    help: "steps of the factored layer: plain, a rate for each feature, or (E[hhᵀ] + λI)⁻¹",
    ...oneOf(["sgd", "diagonal", "second-order"]),
  },
  damping: {
    group: "Output layer",
    help: "λ of diagonal and second-order steps, times the mean eigenvalue of E[hhᵀ]",
    ...aboveZero(),
  },
  learningRate: {
    group: "Output layer",
    help: "of the output layer; the default depends on the loss and the optimizer",
    ...atLeastZero(),
  },
  weightDecay: { group: "Output layer", help: "decoupled weight decay of the output layer", ...atLeastZero() },
  clipNorm: { group: "Output layer", help: "largest norm of the gradient of output layer and body", ...aboveZero() },
  bodyOptimizer: {
    group: "Body",
    help: "of embeddings and hidden layers",
    ...oneOf(["sgd", "adam", "adamw", "adagrad"]),
  },
  bodyLearningRate: { group: "Body", help: "of embeddings and hidden layers", ...atLeastZero() },
  data: {
    group: "Data",
    help: "what to learn from, gzipped or not; sotu: the State of the Union addresses",
    ...text("FILE"),
  },
  test: { group: "Data", help: "what to measure on; a seeded part of --data unless told", ...text("FILE") },
  format: {
    group: "Data",
    help: "of --data and --test; detected unless told",
    ...oneOf(["table", "lists", "libsvm", "records", "text"]),
  },
  minimumCount: { group: "Data", help: "words of a text that are rarer are left out", ...wholeNumber(1) },
  subsample: { group: "Data", help: "fraction of a text above which words are thinned out", ...aboveZero() },
  pairs: { group: "Data", help: "pairs of words with the scores that people gave", ...text("FILE") },
  minimumWeight: {
    group: "Data",
    help: "interactions that weigh less are left out, such as low ratings",
    ...atLeastZero(),
  },
  weighting: { group: "Data", help: "of counts; tf-idf for whole numbers unless told", ...oneOf(["none", "tf-idf"]) },
  featureNames: { group: "Data", help: "names of a libsvm file's features, one a line", ...text("FILE") },
  labelNames: { group: "Data", help: "names of a libsvm file's labels, one a line", ...text("FILE") },
  batch: { group: "Run", help: "m, examples in a step", ...wholeNumber(1) },
  seed: { group: "Run", help: "of first weights, batches and sampled positions", ...wholeNumber(0) },
  warmUpSteps: { group: "Run", help: "steps in which the learning rates rise", ...wholeNumber(0) },
  decay: {
    group: "Run",
    help: "how the learning rates fall over the run",
    ...oneOf(["constant", "linear", "cosine"]),
  },
  steps: { group: "Run", help: "steps in all, those before --resume included", ...wholeNumber(1) },
  epochs: { group: "Run", help: "passes over the training text in all", ...aboveZero() },
  minutes: { group: "Run", help: "wall-clock minutes of training in all", ...aboveZero() },
  patience: {
    group: "Run",
    help: "epochs without a better figure on validation data, which is kept aside, that end a run",
    ...wholeNumber(1),
  },
  backend: { group: "Run", help: "auto (the first that can run here) or a name that doctor lists", ...text("NAME") },
  dtype: {
    group: "Run",
    help: "element type of the backend; its own default unless told",
    ...oneOf(["float32", "float64"]),
  },
  threads: { group: "Run", help: "threads of the backend", ...wholeNumber(1) },
  dense: { group: "Run", help: "time the dense layer too, in between", ...toggle() },
  full: { group: "Run", help: "the long cases at full size too, which takes minutes", ...toggle() },
  cases: { group: "Run", help: "only the cases whose id begins with this", ...text("PREFIX") },
  k: { group: "Run", help: "where rankings are cut for figures such as recall@k", ...widths() },
  user: { group: "Run", help: "a user of the data", ...text("NAME") },
  items: { group: "Run", help: "items that somebody has", ...names("NAME,NAME") },
  count: { group: "Run", help: "how many to show", ...wholeNumber(1) },
  among: { group: "Run", help: "only the N most frequent words are candidates", ...wholeNumber(1) },
  out: {
    group: "Run",
    help: "folder of the model and the learning curve, or the file that export writes",
    ...text("DIR"),
  },
  resume: { group: "Run", help: "go on from the checkpoint in --out, with the options saved there", ...toggle() },
  json: { group: "Run", help: "one JSON document on stdout, everything else on stderr", ...toggle() },
  help: { group: "Run", help: "show this help", ...toggle() },
};

export const optionNames: readonly OptionName[] = Object.keys(options) as OptionName[];

/** `learningRate` is `--learning-rate`. */
export function flagOf(name: OptionName): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** How an option's value is written. */
export function formatValue<N extends OptionName>(name: N, value: Values[N]): string {
  return options[name].format(value);
}

/** The value that a text says. Throws WideheadError ERR_OPTION. */
export function parseValue<N extends OptionName>(name: N, value: string): Values[N] {
  return options[name].parse(value, flagOf(name));
}
