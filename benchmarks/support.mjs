import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** What the scripts here share: running the command line, and recording results beside the machine that gave them. */

const cli = fileURLToPath(new URL("../apps/cli/dist/main.js", import.meta.url));

/** Runs `widehead … --json` in a process of its own, its progress on stderr. */
export function widehead(...args) {
  const output = execFileSync(process.execPath, [cli, ...args, "--json"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output);
}

/** Where a result goes. */
export function resultFile(name) {
  return fileURLToPath(new URL(`results/${name}`, import.meta.url));
}

export function record(name, result) {
  const machine = { processor: cpus()[0].model, cores: cpus().length, memory: totalmem(), load: loadavg()[0] };
  writeFileSync(
    resultFile(`${name}.json`),
    `${JSON.stringify({ machine, node: process.version, ...result }, undefined, 2)}\n`,
  );
}
