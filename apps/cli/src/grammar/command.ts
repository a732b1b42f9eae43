import type { Io } from "../io.ts";
import { type OptionName, optionNames, type Values } from "./options.ts";

/** What a command hands back: the document for `--json`, and the same for people. */
export interface Outcome {
  readonly data: object;
  readonly text: string;
  /** 0 unless told. */
  readonly exitCode?: number;
}

/** What the user typed, parsed; `given` without the defaults. */
export interface Input<V> {
  readonly positionals: readonly string[];
  readonly values: V;
  readonly given: Partial<Values>;
}

/** A command as data: parsing and help follow from it. All commands take `--json` and `--help` as well. */
export interface AnyCommand {
  readonly name: string;
  readonly summary: string;
  /** Names of the arguments that are no options; those in brackets, at the end, may be left out. */
  readonly positionals: readonly string[];
  /** Options with their values where the user gives none. */
  readonly defaults: Partial<Values>;
  readonly required: readonly OptionName[];
  readonly optional: readonly OptionName[];
  /** Arguments of a call that makes sense, after the command's name. */
  readonly example: string;
  /** Lines that help adds, where an option's own do not say it all. */
  readonly notes?: readonly string[];
  run(input: Input<Partial<Values>>, io: Io): Promise<Outcome>;
}

/** A command whose `run` sees D (which have defaults) and R (required) always, and O perhaps. */
export interface Command<D extends OptionName, R extends OptionName, O extends OptionName> extends AnyCommand {
  readonly defaults: Pick<Values, D>;
  readonly required: readonly R[];
  readonly optional: readonly O[];
  run(input: Input<Pick<Values, D | R> & Partial<Pick<Values, O>>>, io: Io): Promise<Outcome>;
}

/** The options that a command takes, in the order of help. */
export function optionsOf({ defaults, required, optional }: AnyCommand): OptionName[] {
  const taken = new Set<OptionName>([...(Object.keys(defaults) as OptionName[]), ...required, ...optional]);
  return optionNames.filter((name) => taken.has(name) || name === "json" || name === "help");
}
