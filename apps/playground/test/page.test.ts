import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { chromiumFlags, chromiumFound, chromiumPath } from "../../../tests/browser/chromium.ts";
import { agrees, relativeDifferences } from "../page/compare.ts";

const steps = 30;
/** Emulated GPUs take their time on a busy machine. In ms. */
const patience = 240_000;

/** What the page offers for download. */
interface Numbers {
  readonly backends: readonly { name: string; state: string; losses: number[]; error: string }[];
}

describe.runIf(chromiumFound)("the page", { timeout: patience }, () => {
  const configFile = fileURLToPath(new URL("../vite.config.ts", import.meta.url));
  let folder: string;
  let server: PreviewServer;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "widehead-playground-"));
    await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
    server = await preview({ configFile, build: { outDir: folder }, preview: { host: "127.0.0.1", port: 0 } });
    address = server.resolvedUrls!.local[0]!;
    browser = await chromium.launch({ executablePath: chromiumPath, args: [...chromiumFlags] });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The page once it is ready, after a script that changes the browser. */
  async function open(script = ""): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(patience);
    await page.addInitScript(script);
    await page.goto(address);
    await page.getByRole("button", { name: "Train" }).and(page.locator(":enabled")).waitFor();
    return page;
  }

  /** Trains, and waits for the end. */
  async function trainFor(page: Page, count: number): Promise<Numbers> {
    await page.getByLabel("Steps").fill(String(count));
    await page.getByRole("button", { name: "Train" }).click();
    await page.getByRole("link", { name: "Download" }).waitFor();
    return page.evaluate(async () => (await fetch(document.querySelector("a")!.href)).json());
  }

  const resultOf = (page: Page, name: string): Promise<string | null> =>
    page.getByRole("row", { name }).getByRole("cell").last().textContent();

  test("trains on every backend, along one curve", async () => {
    const page = await open();
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    const { backends } = await trainFor(page, steps);
    expect(backends.map(({ name, state, error }) => [name, state, error])).toEqual(
      ["ml-matrix", "wasm", "webgpu", "gpujs"].map((name) => [name, "done", ""]),
    );
    for (const { name, losses } of backends) {
      const differences = relativeDifferences(losses, backends[0]!.losses);
      console.log(`${name}: loss differs by at most ${Math.max(...differences).toExponential(1)}`);
      expect(losses).toHaveLength(steps);
      expect(agrees(differences), name).toBe(true);
      expect(mean(losses.slice(-5))).toBeLessThan(mean(losses.slice(0, 5)) - 1);
    }
    for (const name of ["wasm", "webgpu", "gpujs"]) {
      expect(await resultOf(page, name)).toBe("equal up to float32 rounding");
    }
    expect(await page.locator("#charts svg").count()).toBe(2);
    expect(problems).toEqual([]);
  });

  test("says why a backend is missing, and its error with the code", async () => {
    const page = await open("Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined });");
    const box = page.getByRole("checkbox", { name: "webgpu" });
    expect(await box.isChecked()).toBe(false);
    expect(await page.getByRole("listitem").filter({ has: box }).textContent()).toContain("this browser has no WebGPU");
    await page.getByRole("checkbox", { name: "gpujs" }).uncheck();
    await box.check();
    await trainFor(page, 2);
    expect(await resultOf(page, "webgpu")).toContain("[ERR_BACKEND_UNAVAILABLE]");
    expect(await resultOf(page, "wasm")).toBe("equal up to float32 rounding");
    expect(await page.getByRole("status").textContent()).toBe("Done; 1 of 3 backends failed.");
  });

  test("says that a device was lost", async () => {
    const page = await open(`
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await requestDevice.call(this, descriptor);
        setTimeout(() => device.destroy(), 100);
        return device;
      };
    `);
    await page.getByRole("checkbox", { name: "gpujs" }).uncheck();
    await page.getByRole("checkbox", { name: "wasm" }).uncheck();
    await trainFor(page, 50);
    expect(await resultOf(page, "webgpu")).toContain("[ERR_DEVICE_LOST]");
  });

  test("stops when asked", async () => {
    const page = await open();
    await page.getByLabel("Steps").fill("2000");
    await page.getByRole("button", { name: "Train" }).click();
    await page.getByRole("cell", { name: "running" }).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("link", { name: "Download" }).waitFor();
    expect(await page.getByRole("status").textContent()).toBe("Stopped.");
  });
});

if (!chromiumFound) {
  test("the page", ({ skip }) => {
    const reason = `no browser: ${chromiumPath} does not exist (Debian: apt-get install chromium, or set CHROMIUM)`;
    if (env.CONFORMANCE_REQUIRE) expect.fail(`CONFORMANCE_REQUIRE=${env.CONFORMANCE_REQUIRE}: ${reason}`);
    skip(reason);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
