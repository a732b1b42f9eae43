import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Packs the scripts of this folder, as built, with everything that they run on, Node included, for a Linux machine
 * without network.
 *
 *     node benchmarks/gpu/pack.mjs FILE.tar.xz
 */

const [archive] = process.argv.slice(2);
if (archive === undefined) {
  process.stderr.write("Usage: node benchmarks/gpu/pack.mjs FILE.tar.xz\n");
  process.exit(2);
}
const root = fileURLToPath(new URL("../..", import.meta.url));
const packed = mkdtempSync(join(tmpdir(), "widehead-gpu-"));

function pack(from, to = from) {
  const filter = (path) => !path.endsWith(".map");
  cpSync(join(root, from), join(packed, to), { recursive: true, filter });
}

for (const name of ["core", "conformance"]) {
  for (const part of ["package.json", "dist"])
    pack(`packages/${name}/${part}`, `node_modules/@widehead/${name}/${part}`);
}
for (const part of ["package.json", "dist"]) pack(`packages/backend-webgpu/${part}`);
for (const part of ["package.json", "dist"]) pack(`apps/cli/${part}`);
for (const part of ["package.json", "support.mjs", "gpu"]) pack(`benchmarks/${part}`);
mkdirSync(join(packed, "benchmarks", "results"));
const engine = realpathSync(join(root, "packages/backend-webgpu/node_modules/webgpu"));
for (const part of ["package.json", "index.js", "dist/linux-x64"]) {
  cpSync(join(engine, part), join(packed, "node_modules/webgpu", part), { recursive: true });
}
cpSync(process.execPath, join(packed, "node"));
execFileSync("tar", ["-cJf", archive, "-C", packed, "."]);
rmSync(packed, { recursive: true });
