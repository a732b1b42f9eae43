#!/usr/bin/env node
import { availableMemory, memoryUsage } from "node:process";
import { createInterface } from "node:readline";
import { onInterrupt } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { runCommand } from "./run.ts";

/** Names under which npm runs this program from the repository. */
const repositoryScripts = ["start", "widehead"];
const fromRepository = repositoryScripts.includes(process.env.npm_lifecycle_event ?? "");

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: () => createInterface({ input: process.stdin }),
  now: () => performance.now(),
  directory: process.cwd(),
  program: fromRepository ? "npm run -s widehead --" : "widehead",
  residentMemory: () => memoryUsage.rss(),
  memoryLimit: availableMemory,
  onInterrupt,
};

const failed = 1;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, like `head`, is no failure.
  if (error.code === "EPIPE") return;
  process.exitCode = failed;
  process.stderr.write(`error: stdout: expected to write to it, got: ${error.message} [ERR_IO]\n`);
});
// Progress that nobody reads must not end a training run.
process.stderr.on("error", () => {});

const exitCode = await runCommand(process.argv.slice(2), io);
process.exitCode ||= exitCode;
