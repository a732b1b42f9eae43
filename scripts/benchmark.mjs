import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root } from "./setup.mjs";

/** Runs a script of benchmarks/ by name, set up first: `npm run benchmark -- scaling`. */

install();
build();
const [name] = process.argv.splice(2, 1);
if (!/^[a-z-]+$/.test(name ?? "")) {
  process.stderr.write(
    "Usage: npm run benchmark -- NAME [options], NAME being a script of benchmarks/, like scaling\n",
  );
  process.exit(2);
}
await import(pathToFileURL(join(root, "benchmarks", `${name}.mjs`)).href);
