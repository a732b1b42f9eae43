import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bin, build, install, root, run, turbo } from "./setup.mjs";

/** Installs, builds, type-checks, lints and runs every test; ends with one plain line of totals. */

install();
build();
run(bin("biome"), ["check", "--error-on-warnings", "."]);
turbo("typecheck");

mkdirSync(join(root, "reports"), { recursive: true });
const inBrowser = ["--config", join("tests", "browser", "vitest.config.ts")];
const runs = [runTests("vitest", process.argv.slice(2)), runTests("browser", inBrowser)];

const sum = (count) => runs.reduce((total, run) => total + count(run), 0);
const passed = sum(({ numPassedTests }) => numPassedTests);
const failed = sum(({ numFailedTests }) => numFailedTests);
const skipped = sum(({ numPendingTests, numTodoTests }) => numPendingTests + numTodoTests);
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exit(runs.every(({ status }) => status === 0) && passed > 0 && failed === 0 ? 0 : 1);

/** Runs vitest with its report in reports/NAME.json; the counts, and how it exited. */
function runTests(name, args) {
  const report = join(root, "reports", `${name}.json`);
  rmSync(report, { force: true });
  const conformance = join(root, "scripts", "conformance-reporter.mjs");
  const options = ["default", conformance, "json"].map((reporter) => `--reporter=${reporter}`);
  options.push(`--outputFile.json=${report}`);
  const { status } = spawnSync(bin("vitest"), ["run", ...options, ...args], { cwd: root, stdio: "inherit" });
  if (!existsSync(report)) process.exit(status || 1);
  return { ...JSON.parse(readFileSync(report, "utf8")), status };
}
