import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumFlags, chromiumFound, chromiumPath } from "./chromium.ts";

/** Without a browser, one test says what is not tested. */
const include = chromiumFound ? ["*.browser.ts"] : ["missing.node.ts"];

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: { conditions: ["@widehead/source", "module", "browser", "development|production"] },
  // Cross-origin isolation, without which there is no SharedArrayBuffer.
  server: {
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
  test: {
    include,
    env: { CONFORMANCE_REQUIRE: env.CONFORMANCE_REQUIRE_IN_BROWSER ?? "" },
    // On a busy machine a software GPU takes its time.
    testTimeout: 300_000,
    maxWorkers: 2,
    browser: {
      enabled: chromiumFound,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: chromiumPath, args: [...chromiumFlags] } }),
      instances: [{ browser: "chromium" }],
    },
  },
});
