import { platform } from "node:process";
import { webGpu } from "@widehead/backend-webgpu";
import { afterEach, describe, expect, test, vi } from "vitest";
import { describeAdapter, isSoftware, limitsOf, requestDevice } from "../src/adapter.ts";

function adapterOf(info: Partial<GPUAdapterInfo>): GPUAdapter {
  const none = { vendor: "", architecture: "", device: "", description: "", isFallbackAdapter: false };
  return { info: { ...none, ...info } } as GPUAdapter;
}

const limits = {
  maxBufferSize: 2 ** 32,
  maxStorageBufferBindingSize: 2 ** 31,
  maxComputeInvocationsPerWorkgroup: 1024,
  maxComputeWorkgroupSizeX: 512,
};

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

  test("shows the limits that the device is asked for", async () => {
    const asked: GPUDeviceDescriptor[] = [];
    const adapter = {
      limits: { ...limits, maxBindGroups: 4 },
      requestDevice: async (descriptor: GPUDeviceDescriptor) => asked.push(descriptor),
    } as unknown as GPUAdapter;
    expect(limitsOf(adapter)).toEqual(limits);
    await requestDevice(adapter);
    expect(asked).toEqual([{ requiredFeatures: [], requiredLimits: limits }]);
  });
});

describe("the probe", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  });

  test("shows the adapter of the browser, and its limits", async () => {
    const adapter = { ...adapterOf({ vendor: "google", architecture: "swiftshader" }), limits };
    vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => adapter } });
    const kernel = "WGSL on google, swiftshader";
    expect(await webGpu.probe()).toEqual({ available: true, kernel, software: true, details: limits });
  });

  test.runIf(platform === "linux")("says what to install where there is no driver", async () => {
    vi.stubEnv("VK_DRIVER_FILES", "/nonexistent.json");
    const probe = await webGpu.probe();
    expect(!probe.available && probe.reason).toMatch(/install (a Vulkan driver|the package)/);
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
