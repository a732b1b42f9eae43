import { parseArgs } from "node:util";
import { WideheadError } from "@widehead/core";
import { suggestions } from "../suggest.ts";
import { type AnyCommand, type Input, optionsOf } from "./command.ts";
import { flagOf, type OptionName, options, parseValue, type Values } from "./options.ts";

/** The command whose name the arguments begin with, and the arguments after it. Throws WideheadError ERR_OPTION. */
export function findCommand(
  commands: readonly AnyCommand[],
  argv: readonly string[],
): { readonly command: AnyCommand; readonly rest: readonly string[] } {
  for (const command of commands) {
    const words = command.name.split(" ");
    if (words.every((word, i) => argv[i] === word)) return { command, rest: argv.slice(words.length) };
  }
  const names = commands.map(({ name }) => name);
  const got = argv.slice(0, 2).join(" ") || "nothing";
  throw wrongUse("command", `one of ${names.join(", ")}`, got);
}

/** What the arguments say, with the command's defaults. Throws WideheadError ERR_OPTION for anything that it does not take. */
export function parseCommand(command: AnyCommand, args: readonly string[]): Input<Partial<Values>> {
  const taken = optionsOf(command);
  const byFlag = new Map(taken.map((name) => [flagOf(name), name]));
  const entries: [OptionName, unknown][] = [];
  const positionals: string[] = [];
  for (const token of tokensOf(args, taken)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const name = token.rawName === "-h" ? "help" : byFlag.get(token.rawName);
    if (name === undefined) throw unknownOption(command, token.rawName, byFlag.keys());
    entries.push([name, parseValue(name, textOf(name, token))]);
  }
  const given = Object.fromEntries(entries) as Partial<Values>;
  if (given.help !== true) checkComplete(command, positionals, given);
  return { positionals, given, values: { ...command.defaults, ...given } };
}

/** Names options that are much like one that a command does not take; help has them all. */
function unknownOption({ name }: AnyCommand, flag: string, flags: Iterable<string>): WideheadError {
  const bare = (text: string) => text.replace(/^-+/, "");
  const alike = suggestions(bare(flag), Array.from(flags, bare)).map((option) => `--${option}`);
  const help = `${name} --help`;
  const expected = alike.length === 0 ? `one that ${help} lists` : `${alike.join(" or ")} (${help} lists all)`;
  return wrongUse("option", expected, flag);
}

/** The error of a call that does not follow the grammar. */
export function wrongUse(argument: string, expected: string, actual: string): WideheadError {
  return new WideheadError("ERR_OPTION", `${argument}: expected ${expected}, got ${actual}`, {
    argument,
    expected,
    actual,
  });
}

interface Token {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function tokensOf(args: readonly string[], taken: readonly OptionName[]) {
  const config = taken.map((name) => {
    const type = options[name].placeholder === undefined ? ("boolean" as const) : ("string" as const);
    return [flagOf(name).slice(2), { type }] as const;
  });
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(config),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function textOf(name: OptionName, { rawName, value, inlineValue }: Token): string {
  const { placeholder } = options[name];
  if (placeholder === undefined) {
    if (value !== undefined) throw wrongUse(rawName, "no value", value);
    return "";
  }
  if (value === undefined || (!inlineValue && value.startsWith("--"))) {
    throw wrongUse(rawName, placeholder, value ?? "nothing");
  }
  return value;
}

function checkComplete(
  { name, positionals: expected, required }: AnyCommand,
  positionals: readonly string[],
  given: Partial<Values>,
): void {
  const least = expected.filter((positional) => !positional.startsWith("[")).length;
  if (positionals.length < least || positionals.length > expected.length) {
    const names = expected.length === 0 ? "no arguments" : expected.join(" ");
    throw wrongUse(name, names, positionals.map((value) => JSON.stringify(value)).join(" ") || "none");
  }
  const missing = required.filter((option) => given[option] === undefined).map(flagOf);
  if (missing.length > 0)
    throw wrongUse(name, `the option${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`, "none");
}
