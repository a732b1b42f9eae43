import { readFile } from "node:fs/promises";
import { isWideheadError } from "@widehead/core";
import { commands } from "./commands/index.ts";
import type { Outcome } from "./grammar/command.ts";
import { commandHelp, overview } from "./grammar/help.ts";
import { findCommand, parseCommand } from "./grammar/parse.ts";
import type { Io } from "./io.ts";

const exitCodes = { done: 0, failed: 1, wrongUse: 2 };

/** Runs one command line, program name left out, and says the exit code. Never throws. */
export async function runCommand(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  try {
    const { data, text, exitCode = exitCodes.done } = await execute(argv, io);
    io.stdout.write(`${json ? JSON.stringify(data, undefined, 2) : text}\n`);
    return exitCode;
  } catch (error) {
    reportError(error, json, io);
    const wrongUse = isWideheadError(error, "ERR_OPTION") || isWideheadError(error, "ERR_UNSUPPORTED");
    return wrongUse ? exitCodes.wrongUse : exitCodes.failed;
  }
}

async function execute(argv: readonly string[], io: Io): Promise<Outcome> {
  if (argv[0] === "--version") return version();
  const asksForHelp = argv.includes("--help") || argv.includes("-h");
  if (asksForHelp && !isCommand(argv)) return help(overview(io.program, commands));
  const { command, rest } = findCommand(commands, argv);
  const input = parseCommand(command, rest);
  if (input.given.help === true) return help(commandHelp(io.program, command));
  return command.run(input, io);
}

function isCommand(argv: readonly string[]): boolean {
  return commands.some(({ name }) => `${argv.join(" ")} `.startsWith(`${name} `));
}

function help(text: string): Outcome {
  return { data: { help: text }, text };
}

async function version(): Promise<Outcome> {
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  return { data: { version }, text: version };
}

/** One clear line; the stack only where WIDEHEAD_DEBUG asks for it. */
function reportError(error: unknown, json: boolean, io: Io): void {
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const { code = "INTERNAL", details = {} } = isWideheadError(error) ? error : {};
    io.stdout.write(`${JSON.stringify({ error: { code, message, details } }, undefined, 2)}\n`);
  } else {
    io.stderr.write(`error: ${isWideheadError(error) ? message : `${message} [INTERNAL]`}\n`);
  }
  if (process.env.WIDEHEAD_DEBUG && error instanceof Error) io.stderr.write(`${error.stack}\n`);
}
