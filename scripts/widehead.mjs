import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, install, root } from "./setup.mjs";

/** The command line of this checkout, set up first where that is needed. */

install();
build();
await import(pathToFileURL(join(root, "apps", "cli", "dist", "main.js")).href);
