import { runCommand } from "../../apps/cli/dist/run.js";

/**
 * Runs a command line of widehead by the clock of this process's processor time, start and reading included, so that
 * what others do on the machine does not count: prints the document and the seconds that the process took.
 *
 *     node timed.mjs train embeddings …
 */

/** Milliseconds of the clock between two looks at the processor time, which take as long as a tenth of a step. */
const lookEvery = 5;
let [lookedAt, seen] = [-Infinity, 0];

function milliseconds() {
  const now = performance.now();
  if (now - lookedAt < lookEvery) return seen;
  const { user, system } = process.cpuUsage();
  lookedAt = now;
  seen = (user + system) / 1000;
  return seen;
}

let output = "";
const code = await runCommand([...process.argv.slice(2), "--json"], {
  stdout: { write: (text) => (output += text) },
  stderr: { write() {} },
  async *stdin() {},
  now: milliseconds,
  directory: process.cwd(),
  program: "widehead",
  residentMemory: () => process.memoryUsage.rss(),
  memoryLimit: () => process.availableMemory(),
  onInterrupt: () => ({ [Symbol.dispose]() {} }),
});
process.stdout.write(JSON.stringify({ seconds: milliseconds() / 1000, result: JSON.parse(output) }));
process.exitCode = code;
