import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string) => join(root, "node_modules", ".bin", name);
const names = readdirSync(join(root, "packages"));

interface Manifest {
  readonly name: string;
  readonly type: string;
  readonly license: string;
  readonly sideEffects: boolean;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A project outside the repository, with the packages as they would be published: packed and unpacked. */
let project = "";

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "widehead-published-"));
  for (const name of names) {
    const folder = join(root, "packages", name);
    const output = execFileSync(bin("pnpm"), ["pack", "--json", "--pack-destination", project], {
      cwd: folder,
      encoding: "utf8",
    });
    const { filename } = JSON.parse(output) as { readonly filename: string };
    execFileSync("tar", ["-xzf", filename, "-C", project]);
    const { name: published, dependencies = {} } = manifest(join(project, "package"));
    const target = join(project, "node_modules", published);
    mkdirSync(join(target, ".."), { recursive: true });
    cpSync(join(project, "package"), target, { recursive: true });
    rmSync(join(project, "package"), { recursive: true });
    for (const dependency of Object.keys(dependencies).filter((item) => !item.startsWith("@widehead/"))) {
      const installed = join(project, "node_modules", dependency);
      mkdirSync(join(installed, ".."), { recursive: true });
      symlinkSync(realpathSync(join(folder, "node_modules", dependency)), installed);
    }
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "user", type: "module" }));
}, 120_000);

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

test.each(names)("%s has a complete manifest", (name) => {
  const { type, license, sideEffects, engines, exports } = manifest(join(root, "packages", name));
  expect({ type, license, sideEffects, engines }).toEqual({
    type: "module",
    license: "MIT",
    sideEffects: false,
    engines: { node: ">=20.19" },
  });
  expect(Object.keys(exports)).toContain("./package.json");
});

test("core depends on nothing", () => {
  expect(manifest(join(root, "packages", "core")).dependencies).toBeUndefined();
});

test("the README's code trains and prints a number", () => {
  const code = readmeCode();
  expect(code.length).toBeGreaterThan(0);
  writeFileSync(join(project, "readme.mjs"), code);
  const printed = execFileSync(process.execPath, ["readme.mjs"], { cwd: project, encoding: "utf8" });
  expect(Number(printed.trim())).toBeGreaterThanOrEqual(0);
});

test("the packages type-check in a user's project, declarations included", () => {
  writeFileSync(join(project, "readme.ts"), readmeCode());
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023", "ESNext.Disposable", "DOM"],
    module: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["readme.ts"] }));
  execFileSync(bin("tsc"), ["-p", "."], { cwd: project, encoding: "utf8" });
});

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** The first TypeScript block of the README. */
function readmeCode(): string {
  return /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))?.[1] ?? "";
}
