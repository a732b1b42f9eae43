import { spawnSync } from "node:child_process";
import { env, execPath, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const setup = fileURLToPath(new URL("../../../scripts/setup.mjs", import.meta.url));
const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** Vulkan takes the drivers that this names, and no others. */
const noDriver = { ...env, VK_DRIVER_FILES: "/nonexistent.json" };

function doctor(...options: readonly string[]): { out: string; err: string } {
  const { stdout, stderr } = spawnSync(execPath, [program, "doctor", ...options], { env: noDriver, encoding: "utf8" });
  return { out: stdout, err: stderr };
}

describe("without a driver for a GPU", () => {
  beforeAll(() => {
    spawnSync(execPath, [setup]);
  });

  test("nothing is written to stderr", () => {
    expect(doctor().err).toBe("");
  });

  test.runIf(platform === "linux")("each GPU backend says why, and what to install", () => {
    const { out } = doctor();
    expect(out).toMatch(/^ {2}webgpu +not available: no WebGPU .*install/m);
    expect(out).toMatch(/^ {2}gpujs +gpu\.js .* webasm .*a software emulation that auto leaves out$/m);
    expect(out).toMatch(/^ {13}headlessgl: .*npm install gl/m);
  });

  test("and the same as data", () => {
    const { backends } = JSON.parse(doctor("--json").out) as { backends: readonly { name: string }[] };
    expect(backends.find(({ name }) => name === "gpujs")).toMatchObject({
      available: true,
      software: true,
      details: { headlessgl: expect.stringContaining("npm install gl") },
    });
  });
});
