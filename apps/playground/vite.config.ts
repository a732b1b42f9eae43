import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

/** Cross-origin isolation: with it browsers give finer clocks. */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** The sources of every package: no build of theirs is needed. */
const config: UserConfig = defineConfig({
  root: fileURLToPath(new URL("page", import.meta.url)),
  base: "./",
  resolve: { conditions: ["@widehead/source", "module", "browser", "development|production"] },
  server: { headers },
  preview: { headers },
  build: { target: "es2022", outDir: "../dist", emptyOutDir: true, chunkSizeWarningLimit: 1000 },
});
export default config;
