import type { Dtype, Loss } from "@widehead/core";
import { aboveZero, atLeastZero, type Kind, loss, oneOf, text, toggle, wholeNumber, widths } from "./kinds.ts";

/** Everything that any command can be told. A command takes some of them; the meaning is the same in all. */
export interface Values {
  readonly features: number;
  readonly hidden: readonly number[];
  readonly embedding: number;
  readonly context: number;
  readonly activation: "tanh" | "relu";
  readonly output: "factored" | "dense";
  readonly optimizer: "sgd" | "diagonal" | "second-order";
  readonly outputs: number;
  readonly targets: number;
  readonly loss: Loss;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly bodyOptimizer: "sgd" | "adam";
  readonly bodyLearningRate: number;
  readonly data: string;
  readonly minimumCount: number;
  readonly batch: number;
  readonly seed: number;
  readonly warmUpSteps: number;
  readonly decay: "constant" | "linear" | "cosine";
  readonly steps: number;
  readonly epochs: number;
  readonly minutes: number;
  readonly backend: string;
  readonly dtype: Dtype;
  readonly threads: number;
  readonly dense: boolean;
  readonly full: boolean;
  readonly cases: string;
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
  activation: { group: "Model", help: "of the hidden layers", ...oneOf(["tanh", "relu"]) },
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
  learningRate: {
    group: "Output layer",
    help: "of the output layer; the default depends on the loss and the optimizer",
    ...atLeastZero(),
  },
  weightDecay: { group: "Output layer", help: "decoupled weight decay of the output layer", ...atLeastZero() },
  clipNorm: { group: "Output layer", help: "largest gradient norm of the output layer", ...aboveZero() },
  bodyOptimizer: { group: "Body", help: "of embeddings and hidden layers", ...oneOf(["sgd", "adam"]) },
  bodyLearningRate: { group: "Body", help: "of embeddings and hidden layers", ...atLeastZero() },
  data: {
    group: "Data",
    help: "sotu (the State of the Union addresses) or a UTF-8 text file, gzipped or not",
    ...text("sotu|FILE"),
  },
  minimumCount: { group: "Data", help: "rarer words of the training text become <unk>", ...wholeNumber(1) },
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
  count: { group: "Run", help: "how many to show", ...wholeNumber(1) },
  among: { group: "Run", help: "only the N most frequent words are candidates", ...wholeNumber(1) },
  out: { group: "Run", help: "folder of the model and the learning curve", ...text("DIR") },
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
