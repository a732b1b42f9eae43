import { webGpu } from "@widehead/backend-webgpu";
import { expect, test } from "vitest";

test("the page is cross-origin isolated, so that threads can share memory", () => {
  expect(crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(8).byteLength).toBe(8);
});

test("WebGL2 renders to float textures", () => {
  const gl = new OffscreenCanvas(1, 1).getContext("webgl2");
  expect(gl?.getExtension("EXT_color_buffer_float")).not.toBeNull();
  expect(gl).not.toBeNull();
});

test("WebGPU has an adapter, and it is the software one", async ({ annotate }) => {
  const probe = await webGpu.probe();
  expect(probe).toMatchObject({ available: true, software: true });
  if (probe.available) {
    console.log(`WebGPU adapter: ${probe.kernel}`);
    await annotate(probe.kernel);
  }
});
