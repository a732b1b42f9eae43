import { join } from "node:path";
import { build, install, root, run } from "./setup.mjs";

/** Serves the playground, a page that trains on every backend of the browser, set up first where that is needed. */

install();
build();
const cwd = join(root, "apps", "playground");
const vite = join(cwd, "node_modules", ".bin", "vite");
run(vite, ["build", "--logLevel", "error"], { cwd });
run(vite, ["preview", ...process.argv.slice(2)], { cwd });
