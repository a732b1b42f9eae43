import colors from "picocolors";
import { type AnyCommand, optionsOf } from "./command.ts";
import { flagOf, formatValue, type Group, type OptionName, options, type Values } from "./options.ts";

/** The list of commands. */
export function overview(program: string, commands: readonly AnyCommand[]): string {
  const width = Math.max(...commands.map((command) => usage(command).length));
  return [
    "Train neural networks with very wide outputs and sparse targets, exactly, at a cost independent of the width.",
    "",
    colors.bold("Commands"),
    ...commands.map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`),
    "",
    `Each takes --json and --help:  ${program} ${commands[0]!.name} --help`,
    "Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted.",
  ].join("\n");
}

/** Usage, an example, and the options by group. */
export function commandHelp(program: string, command: AnyCommand): string {
  const taken = optionsOf(command);
  const width = Math.max(...taken.map((name) => flagWithPlaceholder(name).length));
  const groups = [...new Set(taken.map((name) => options[name].group))];
  return [
    `${colors.bold("Usage")}    ${program} ${usage(command)} [options]`,
    `${colors.bold("Example")}  ${program} ${command.name} ${command.example}`,
    "",
    `${command.summary}.`,
    ...(command.notes ?? []),
    ...groups.flatMap((group) => section(group, command, width)),
  ].join("\n");
}

function section(group: Group, command: AnyCommand, width: number): string[] {
  const names = optionsOf(command).filter((name) => options[name].group === group);
  const lines = names.map(
    (name) => `  ${flagWithPlaceholder(name).padEnd(width)}  ${options[name].help}${remark(name, command)}`,
  );
  return ["", colors.bold(group), ...lines];
}

function usage({ name, positionals }: AnyCommand): string {
  return [name, ...positionals].join(" ");
}

function flagWithPlaceholder(name: OptionName): string {
  const { placeholder } = options[name];
  return placeholder === undefined ? flagOf(name) : `${flagOf(name)} ${placeholder}`;
}

function remark(name: OptionName, { defaults, required }: AnyCommand): string {
  if (required.includes(name)) return " (required)";
  const text = defaultText(name, defaults);
  return text === "" || text === "false" ? "" : ` [${text}]`;
}

function defaultText<N extends OptionName>(name: N, defaults: Partial<Values>): string {
  const value = defaults[name];
  return value === undefined ? "" : formatValue(name, value as Values[N]);
}
