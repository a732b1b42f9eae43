#!/usr/bin/env node
import { availableMemory } from "node:process";
import { onInterrupt } from "./interrupt.ts";
import type { Io } from "./io.ts";
import { runCommand } from "./run.ts";

/** Names under which npm runs this program from the repository. */
const repositoryScripts = ["start", "widehead"];
const fromRepository = repositoryScripts.includes(process.env.npm_lifecycle_event ?? "");

const io: Io = {
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => performance.now(),
  directory: process.cwd(),
  program: fromRepository ? "npm run -s widehead --" : "widehead",
  memoryLimit: availableMemory,
  onInterrupt,
};

// A reader that has seen enough, like `head`, is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await runCommand(process.argv.slice(2), io);
