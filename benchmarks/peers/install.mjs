import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));
const manifest = (path) => JSON.parse(readFileSync(`${folder}${path}package.json`, "utf8"));

/**
 * Installs the peers beside this file unless their versions are there. They are optional dependencies, so that npm goes
 * on with the others when one fails. Install scripts stay off: that of onnxruntime-node downloads GPU libraries.
 */
export function installPeers() {
  const wanted = Object.entries(manifest("").optionalDependencies);
  const installed = ([name, version]) => {
    const path = `node_modules/${name}/`;
    return existsSync(`${folder}${path}package.json`) && manifest(path).version === version;
  };
  if (wanted.every(installed)) return;
  process.stderr.write("Installing onnxruntime-node (288 MB) and TensorFlow.js (300 MB) into benchmarks/peers\n");
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
  const { status, error } = spawnSync("npm", ["install", ...options], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.stderr.write(`npm install failed${error ? `: ${error.message}` : ""}\n`);
  for (const missing of wanted.filter((entry) => !installed(entry))) {
    process.stderr.write(`${missing.join(" ")} could not be installed: the benchmark goes on without it\n`);
  }
}
