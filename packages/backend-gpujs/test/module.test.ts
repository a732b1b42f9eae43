import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gpujs, gpujsIn } from "@widehead/backend-gpujs";
import { isWideheadError, pickBackend } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { type Library, reportMode } from "../src/engine/library.ts";
import { version } from "../src/version.ts";

test("the version is that of the gpu.js that is installed", () => {
  const main = createRequire(import.meta.url).resolve("gpu.js");
  expect(version).toBe(JSON.parse(readFileSync(join(dirname(main), "..", "package.json"), "utf8")).version);
});

describe("modes", () => {
  test("the kernel string says which; without a GPU it is software", async () => {
    expect(await gpujsIn("webasm").probe()).toEqual({
      available: true,
      kernel: `gpu.js ${version} webasm`,
      software: true,
      details: {},
    });
    expect(await gpujsIn("cpu").probe()).toMatchObject({ kernel: `gpu.js ${version} cpu`, software: true });
  });

  test("the first that works is taken", async () => {
    expect(await gpujsIn("webgl2", "cpu", "webasm").probe()).toMatchObject({ kernel: `gpu.js ${version} cpu` });
    expect(await gpujs.probe()).toMatchObject({ available: true });
  });

  test("one that does not work here has a reason, and cannot be made", async () => {
    const module = gpujsIn("webgl2");
    const reason = "webgl2: WebGL 2 is not available; in a browser: turn on hardware acceleration";
    expect(await module.probe()).toEqual({ available: false, reason });
    const error = await module.create().catch((thrown: unknown) => thrown);
    expect(isWideheadError(error, "ERR_BACKEND_UNAVAILABLE") && error.details).toEqual({ backend: "gpujs", reason });
  });

  test("one without a GPU says why it is not one with a GPU, and what to do", async () => {
    expect(await gpujsIn("webgl2", "webasm").probe()).toMatchObject({
      details: { webgl2: expect.stringMatching(/not available; in a browser/) },
    });
    const headless = await gpujsIn("headlessgl").probe();
    if (!headless.available) expect(headless.reason).toMatch(/^headlessgl: .*; in Node: npm install gl/);
  });

  test("headless GL counts as software, since it does not say what it runs on", () => {
    const testContext = { RENDERER: 1, getExtension: () => null, getParameter: () => "ANGLE" };
    const features = { isFloatRead: true, isTextureFloat: true, maxTextureSize: 16384 };
    const library = { GPU: { isHeadlessGLSupported: true }, HeadlessGLKernel: { features, testContext } };
    expect(reportMode(library as unknown as Library, "headlessgl")).toEqual({
      kernel: `gpu.js ${version} headlessgl on ANGLE`,
      software: true,
      maxTextureSize: 16384,
    });
  });

  test("software is never picked", async () => {
    const error = await pickBackend([gpujsIn("webasm")]).catch((thrown: unknown) => thrown);
    expect(isWideheadError(error, "ERR_BACKEND_UNAVAILABLE")).toBe(true);
  });
});
