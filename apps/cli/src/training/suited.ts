import { flagOf, formatValue, type OptionName, optionNames, type Values } from "../grammar/options.ts";

/** Values that suit the data, for options that the user leaves out and that reading it does not depend on. */
export interface Suited {
  /** What they were chosen for: `4,000 rows of 900 features`. */
  readonly because: string;
  readonly values: Partial<Values>;
}

/** What was chosen in a run's stead. */
export interface Chosen {
  readonly because: string;
  /** As they would be told: `--features 128 --epochs 30`. */
  readonly options: string;
}

/** Each value is good with those before it in mind, and is not when one of them is another. */
const dependent: readonly (readonly OptionName[])[] = [
  ["output", "loss", "optimizer", "damping", "learningRate", "weightDecay"],
  ["bodyOptimizer", "bodyLearningRate"],
];
/** One limit is enough. */
const limits: readonly OptionName[] = ["steps", "epochs", "minutes"];

/** Of the values that suit the data, those that go with what the user told. */
export function unlessTold(suited: Partial<Values>, given: Partial<Values>): Partial<Values> {
  const told = (name: OptionName) => given[name] !== undefined;
  const overruled = new Set(optionNames.filter(told));
  for (const chain of dependent) {
    const first = chain.findIndex(told);
    if (first >= 0) for (const name of chain.slice(first)) overruled.add(name);
  }
  if (limits.some(told)) for (const name of limits) overruled.add(name);
  return Object.fromEntries(Object.entries(suited).filter(([name]) => !overruled.has(name as OptionName)));
}

/** What people see of a choice. */
export function chosenFor(because: string, values: Partial<Values>): Chosen {
  const told = optionNames.filter((name) => values[name] !== undefined);
  return { because, options: told.map((name) => `${flagOf(name)} ${textOf(name, values)}`).join(" ") };
}

/** The line about it. */
export function formatChosen({ because, options }: Chosen): string {
  return `Chosen for ${because}: ${options === "" ? "nothing, since all was told" : options}`;
}

function textOf<N extends OptionName>(name: N, values: Partial<Values>): string {
  return formatValue(name, values[name] as Values[N]);
}
