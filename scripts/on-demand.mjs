import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Packages that only some scripts need, in a folder outside the workspace, so that an install of the repository does not
 * grow by them: npm puts them there when they are first asked for. Its own install scripts stay off.
 *
 * @param folder  with a package.json that names exact versions
 * @param what  for the line that tells what is installed: "WordNet (35 MB)"
 * @returns the packages that are not there even so, as "name version"
 */
export function installOnDemand(folder, what) {
  const manifest = (path) => JSON.parse(readFileSync(join(folder, path, "package.json"), "utf8"));
  const { dependencies, optionalDependencies } = manifest("");
  const missing = () =>
    Object.entries({ ...dependencies, ...optionalDependencies }).filter(([name, version]) => {
      const path = join("node_modules", name);
      return !existsSync(join(folder, path, "package.json")) || manifest(path).version !== version;
    });
  if (missing().length === 0) return [];
  process.stderr.write(`Installing ${what} into ${folder}\n`);
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
  const { status, error } = spawnSync("npm", ["install", ...options], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) process.stderr.write(`npm install failed${error ? `: ${error.message}` : ""}\n`);
  return missing().map((entry) => entry.join(" "));
}
