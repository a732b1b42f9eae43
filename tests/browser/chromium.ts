import { existsSync } from "node:fs";
import { env } from "node:process";

/** Where Debian installs it; `CHROMIUM` in the environment names another. */
export const chromiumPath: string = env.CHROMIUM ?? "/usr/bin/chromium";
export const chromiumFound: boolean = existsSync(chromiumPath);

/** Quiet, without network of its own, with WebGL2 and WebGPU on the software GPU that the browser brings. */
export const chromiumFlags: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
];
