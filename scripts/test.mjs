import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bin, build, install, root, run, turbo } from "./setup.mjs";

/** Installs, builds, type-checks, lints and runs every test; ends with one plain line of totals. */

install();
build();
run(bin("biome"), ["check", "--error-on-warnings", "."]);
turbo("typecheck");

mkdirSync(join(root, "reports"), { recursive: true });
const report = join(root, "reports", "vitest.json");
const tests = spawnSync(
  bin("vitest"),
  ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: "inherit",
  },
);
const totals = JSON.parse(readFileSync(report, "utf8"));
const skipped = totals.numPendingTests + totals.numTodoTests;
process.stdout.write(`${totals.numPassedTests} passed, ${totals.numFailedTests} failed, ${skipped} skipped\n`);
process.exit(tests.status === 0 && totals.numPassedTests > 0 && totals.numFailedTests === 0 ? 0 : 1);
