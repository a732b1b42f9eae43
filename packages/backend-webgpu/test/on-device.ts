import { test } from "vitest";
import { findAdapter, requestDevice } from "../src/adapter.ts";
import { WebGpuBackend } from "../src/backend.ts";

/** A test on a device of its own; skipped, with the reason, where there is none. */
export function onDevice(name: string, body: (device: GPUDevice, backend: WebGpuBackend) => Promise<void>): void {
  test(name, async ({ skip }) => {
    const adapter = await findAdapter();
    if (typeof adapter === "string") return skip(adapter);
    const device = await requestDevice(adapter);
    const backend = new WebGpuBackend(device, "under test");
    try {
      await body(device, backend);
    } finally {
      await backend[Symbol.asyncDispose]();
    }
  });
}

/** Bytes of the buffers of this device that are not destroyed. */
export function liveBytes(device: GPUDevice): () => number {
  let live = 0;
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    const destroy = buffer.destroy.bind(buffer);
    live += descriptor.size;
    buffer.destroy = () => {
      live -= descriptor.size;
      return destroy();
    };
    return buffer;
  };
  return () => live;
}
