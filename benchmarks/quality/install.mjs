import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const manifest = (path) => JSON.parse(readFileSync(`${folder}${path}package.json`, "utf8"));

/** Installs the texts beside this file unless their versions are there; returns the folder of the packages. */
export function installTexts() {
  const packages = `${folder}node_modules/`;
  const missing = Object.entries(manifest("").optionalDependencies).filter(([name, version]) => {
    const path = `node_modules/${name}/`;
    return !existsSync(`${folder}${path}package.json`) || manifest(path).version !== version;
  });
  if (missing.length === 0) return packages;
  process.stderr.write("Installing WordNet and Moby Dick (55 MB) into benchmarks/quality\n");
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
  const { status } = spawnSync("npm", ["install", ...options], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`npm could not install ${missing.map(([name]) => name).join(", ")}`);
  return packages;
}
