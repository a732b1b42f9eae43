import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Needs only Node and npm: installs the dependencies and builds every package, each when it has to be done. */

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a command in the root, its output on stderr, so that stdout stays clean for `--json`. Exits when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    ...options,
  });
  if (result.status === 0) return;
  process.stderr.write(`${command} ${args.join(" ")} failed${result.error ? `: ${result.error.message}` : ""}\n`);
  process.exit(result.status ?? 1);
}

/** An executable of the installed tools. */
export const bin = (name) => join(root, "node_modules", ".bin", name);

/** Runs a task in every package. turbo looks for pnpm on the PATH, and `npx` and CI do not put it there. */
export function turbo(task) {
  const path = `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" };
  run(bin("turbo"), ["run", task, "--output-logs=errors-only"], { env });
}

/** Installs when the lockfile is newer than what is installed. */
export function install() {
  const installed = join(root, "node_modules", ".modules.yaml");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "pnpm-lock.yaml")).mtimeMs) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // Without CI, pnpm may stop to ask before it replaces what is installed.
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile"], { env: { ...process.env, CI: "1" } });
}

/** Builds when a source is newer than the last build. */
export function build() {
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => join(root, parent, name)),
  );
  const current = (folder) =>
    Math.max(...["src", "assembly"].map((part) => newest(join(folder, part)))) <= newest(join(folder, "dist"));
  if (folders.every(current)) return;
  turbo("build");
}

/** When the newest file of a folder was written; 0 for a folder that is not there. */
function newest(folder) {
  if (!existsSync(folder)) return 0;
  return Math.max(0, ...readdirSync(folder, { recursive: true }).map((name) => statSync(join(folder, name)).mtimeMs));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  build();
}
