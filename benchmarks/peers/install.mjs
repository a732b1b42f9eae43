import { fileURLToPath } from "node:url";
import { installOnDemand } from "../../scripts/on-demand.mjs";

/** Installs the peers beside this file; they are optional dependencies, so that npm goes on with the others when one fails. */
export function installPeers() {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  for (const missing of installOnDemand(folder, "onnxruntime-node (288 MB) and TensorFlow.js (300 MB)")) {
    process.stderr.write(`${missing} could not be installed: the benchmark goes on without it\n`);
  }
}
