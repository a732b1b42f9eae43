import { resolve } from "node:path";
import type { Loss } from "@widehead/core";
import type { RunRecord } from "../checkpoint.ts";
import type { HeadRates } from "../defaults.ts";
import { flagOf, formatValue, type OptionName, optionNames, parseValue, type Values } from "../grammar/options.ts";
import { wrongUse } from "../grammar/parse.ts";

/** Options that every run has a value for. */
export type Always =
  | "features"
  | "hidden"
  | "activation"
  | "output"
  | "optimizer"
  | "loss"
  | "bodyOptimizer"
  | "batch"
  | "seed"
  | "warmUpSteps"
  | "decay"
  | "backend";

/** Options that every run may have no value for. */
export const usualOptions = [
  "layerNorm",
  "dropout",
  "damping",
  "learningRate",
  "bodyLearningRate",
  "weightDecay",
  "clipNorm",
  "data",
  "steps",
  "epochs",
  "minutes",
  "dtype",
  "threads",
  "out",
  "resume",
] as const;
export type Usual = (typeof usualOptions)[number];

export type RunValues = Pick<Values, Always> & Partial<Pick<Values, Usual>>;
/** A run's options in full. */
export type RunSettings = RunValues & Pick<Values, "learningRate" | "bodyLearningRate" | "data">;

/** What a task fills in where the user says nothing, and it depends on something else. */
export interface DependentDefaults {
  readonly rates: (loss: Loss) => HeadRates;
  readonly bodyLearningRates: Readonly<Record<Values["bodyOptimizer"], number>>;
  /** How far a run goes that has no other limit. */
  readonly limit: Pick<Values, "minutes"> | Pick<Values, "epochs">;
}

const limits: readonly ("steps" | "epochs" | "minutes")[] = ["steps", "epochs", "minutes"];
/** What a resumed run may be told anew: how far to go, and where things are. */
const alwaysFree: readonly OptionName[] = [...limits, "data", "backend", "dtype", "threads", "out", "resume", "json"];
const unrecorded: readonly OptionName[] = ["out", "resume", "json", "data"];
/** Recorded in full, so that a run can be asked from anywhere. */
const paths: readonly OptionName[] = ["test", "featureNames", "labelNames"];

function checkLimits({ steps, epochs }: Partial<Values>): void {
  if (steps !== undefined && epochs !== undefined) throw wrongUse("--steps", "no --epochs beside it", String(epochs));
}

/** The options of a new run, those that depend on others filled in. Throws WideheadError ERR_OPTION. */
export function newSettings<V extends RunValues>(values: V, defaults: DependentDefaults): V & RunSettings {
  checkLimits(values);
  const { data, output, optimizer, damping, weightDecay = 0 } = values;
  if (data === undefined) throw wrongUse("--data", "a file to learn from", "none");
  if (output === "dense" && optimizer !== "sgd") throw wrongUse("--optimizer", "sgd with --output dense", optimizer);
  if (damping !== undefined && optimizer === "sgd") {
    throw wrongUse("--damping", "diagonal or second-order steps, --optimizer", optimizer);
  }
  const limited = limits.some((name) => values[name] !== undefined);
  const rates = defaults.rates(values.loss);
  const learningRate =
    values.learningRate ?? (optimizer === "sgd" ? rates.learningRate : rates.preconditionedLearningRate);
  if (weightDecay * learningRate >= 1) {
    throw wrongUse("--weight-decay", `less than 1/learning rate = ${1 / learningRate}`, String(weightDecay));
  }
  return {
    ...values,
    data,
    learningRate,
    bodyLearningRate: values.bodyLearningRate ?? defaults.bodyLearningRates[values.bodyOptimizer],
    ...(limited ? {} : defaults.limit),
  };
}

/**
 * The options of a run that goes on: those of its record, with what may be told anew.
 *
 * @throws WideheadError ERR_OPTION for an option that contradicts the record
 */
export function resumedSettings<S extends RunSettings>(
  record: RunRecord,
  given: Partial<Values>,
  taskFree: readonly OptionName[],
): S {
  checkLimits(given);
  const free = [...alwaysFree, ...taskFree];
  const names = optionNames.filter((name) => given[name] !== undefined);
  for (const name of names.filter((name) => !free.includes(name))) {
    const [expected, actual] = [record.options[name] ?? "none", textOf(name, given)];
    if (actual !== expected) throw wrongUse(flagOf(name), `${expected}, with which the run began`, actual!);
  }
  const limitedAnew = limits.some((name) => given[name] !== undefined);
  const recorded = optionNames
    .filter((name) => record.options[name] !== undefined && !(limitedAnew && limits.some((limit) => limit === name)))
    .map((name) => [name, parseValue(name, record.options[name]!)]);
  const told = names.filter((name) => free.includes(name)).map((name) => [name, given[name]]);
  return Object.fromEntries([...recorded, ["data", record.data.source], ...told]);
}

/** The options that a checkpoint keeps, as texts; relative paths are from `directory`. */
export function recordedOptions(settings: RunSettings, directory: string): Record<string, string> {
  const texts = optionNames
    .filter((name) => !unrecorded.includes(name))
    .map((name) => [name, textOf(name, settings)] as const)
    .filter((entry): entry is readonly [OptionName, string] => entry[1] !== undefined);
  return Object.fromEntries(
    texts.map(([name, text]) => [name, paths.includes(name) ? resolve(directory, text) : text]),
  );
}

function textOf<N extends OptionName>(name: N, values: Partial<Values>): string | undefined {
  const value = values[name];
  return value === undefined ? undefined : formatValue(name, value as Values[N]);
}
