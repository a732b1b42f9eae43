import { webGpu } from "@widehead/backend-webgpu";
import { describe, expect, test } from "vitest";
import { describeAdapter, isSoftware } from "../src/adapter.ts";

function adapterOf(info: Partial<GPUAdapterInfo>): GPUAdapter {
  const none = { vendor: "", architecture: "", device: "", description: "", isFallbackAdapter: false };
  return { info: { ...none, ...info } } as GPUAdapter;
}

describe("an adapter", () => {
  test("is named by what it tells, without repetition", () => {
    expect(describeAdapter(adapterOf({ vendor: "nvidia", architecture: "hopper", device: "nvidia" }))).toBe(
      "WGSL on nvidia, hopper",
    );
    expect(describeAdapter(adapterOf({}))).toBe("WGSL on an unnamed adapter");
  });

  test("is software where it is a fallback or bears the name of an emulation", () => {
    expect(isSoftware(adapterOf({ vendor: "nvidia" }))).toBe(false);
    expect(isSoftware(adapterOf({ vendor: "nvidia", isFallbackAdapter: true }))).toBe(true);
    for (const info of [{ architecture: "swiftshader" }, { description: "llvmpipe (LLVM 15, 256 bits)" }]) {
      expect(isSoftware(adapterOf(info))).toBe(true);
    }
  });
});

test("without an adapter the probe says why, and create throws the same reason", async ({ skip }) => {
  const probe = await webGpu.probe();
  if (probe.available) return skip("there is an adapter");
  expect(probe.reason).toContain("WebGPU");
  await expect(webGpu.create()).rejects.toMatchObject({
    code: "ERR_BACKEND_UNAVAILABLE",
    details: { backend: "webgpu", reason: probe.reason },
  });
});
