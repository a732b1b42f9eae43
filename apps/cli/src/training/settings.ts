import type { RunRecord } from "../checkpoint.ts";
import { bodyLearningRates, type Defaulted, headDefaults, minutesUnlessLimited } from "../defaults.ts";
import { flagOf, formatValue, type OptionName, optionNames, parseValue, type Values } from "../grammar/options.ts";
import { wrongUse } from "../grammar/parse.ts";

/** Options of `train language-model` that may have no value. */
export const optional = [
  "learningRate",
  "bodyLearningRate",
  "weightDecay",
  "clipNorm",
  "steps",
  "epochs",
  "minutes",
  "dtype",
  "threads",
  "out",
  "resume",
] as const;
export type Optional = (typeof optional)[number];

export type TrainValues = Pick<Values, Defaulted> & Partial<Pick<Values, Optional>>;
/** A run's options in full. */
export type Settings = TrainValues & Pick<Values, "learningRate" | "bodyLearningRate">;

const limits: readonly ("steps" | "epochs" | "minutes")[] = ["steps", "epochs", "minutes"];
/** What a resumed run may be told anew: how far to go, and where things are. */
const free: readonly OptionName[] = [...limits, "data", "backend", "dtype", "threads", "out", "resume", "json"];
const unrecorded: readonly OptionName[] = ["out", "resume", "json", "data"];

function checkLimits({ steps, epochs }: Partial<Values>): void {
  if (steps !== undefined && epochs !== undefined) throw wrongUse("--steps", "no --epochs beside it", String(epochs));
}

/** The options of a new run, those that depend on others filled in. */
export function newSettings(values: TrainValues): Settings {
  checkLimits(values);
  if (values.output === "dense" && values.optimizer !== "sgd") {
    throw wrongUse("--optimizer", "sgd with --output dense", values.optimizer);
  }
  const limited = limits.some((name) => values[name] !== undefined);
  const defaults = headDefaults(values.loss);
  const usual = values.optimizer === "sgd" ? defaults.learningRate : defaults.preconditionedLearningRate;
  const learningRate = values.learningRate ?? usual;
  const { weightDecay = 0 } = values;
  if (weightDecay * learningRate >= 1) {
    throw wrongUse("--weight-decay", `less than 1/learning rate = ${1 / learningRate}`, String(weightDecay));
  }
  return {
    ...values,
    learningRate,
    bodyLearningRate: values.bodyLearningRate ?? bodyLearningRates[values.bodyOptimizer],
    ...(limited ? {} : { minutes: minutesUnlessLimited }),
  };
}

/**
 * The options of a run that goes on: those of its record, with what may be told anew.
 *
 * @throws WideheadError ERR_OPTION for an option that contradicts the record
 */
export function resumedSettings(record: RunRecord, given: Partial<Values>): Settings {
  checkLimits(given);
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

/** The options that a checkpoint keeps, as texts. */
export function recordedOptions(settings: Settings): Record<string, string> {
  const names = optionNames.filter((name) => !unrecorded.includes(name));
  const texts = names.map((name) => [name, textOf(name, settings)]);
  return Object.fromEntries(texts.filter(([, text]) => text !== undefined));
}

function textOf<N extends OptionName>(name: N, values: Partial<Values>): string | undefined {
  const value = values[name];
  return value === undefined ? undefined : formatValue(name, value as Values[N]);
}
