import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root } from "./setup.mjs";

/** Runs an example by the name of its folder, set up first: `npm run example -- state-of-the-union`. */

install();
build();
const [name] = process.argv.splice(2, 1);
const script = join(root, "examples", name ?? "", "train.mjs");
if (!/^[a-z-]+$/.test(name ?? "") || !existsSync(script)) {
  process.stderr.write("Usage: npm run example -- NAME [options], NAME being a folder of examples/ with a train.mjs\n");
  process.exit(2);
}
await import(pathToFileURL(script).href);
