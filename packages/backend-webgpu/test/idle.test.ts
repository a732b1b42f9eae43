import { webGpu } from "@widehead/backend-webgpu";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findAdapter } from "../src/adapter.ts";
import { takeIdle } from "../src/idle.ts";
import { liveBytes } from "./on-device.ts";

const adapter = await findAdapter();

/** Skipped, with the reason, where there is no adapter. */
function onAdapter(name: string, body: () => Promise<void>): void {
  test(name, ({ skip }) => (typeof adapter === "string" ? skip(adapter) : body()));
}

/** The devices that backends get, in order. */
const devices: GPUDevice[] = [];

beforeEach(() => {
  takeIdle()?.gpu.destroy();
  devices.length = 0;
  if (typeof adapter === "string") return;
  const prototype: GPUAdapter = Object.getPrototypeOf(adapter);
  const request = prototype.requestDevice;
  vi.spyOn(prototype, "requestDevice").mockImplementation(async function (this: GPUAdapter, descriptor) {
    const device = await request.call(this, descriptor);
    devices.push(device);
    return device;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

onAdapter("a backend takes over the device of the one before, empty and with its programs", async () => {
  const first = await webGpu.create();
  const left = first.allocate(2, 2);
  first.fill(left, 7);
  await first.settle();
  await first[Symbol.asyncDispose]();

  const compiled = vi.spyOn(devices[0]!, "createComputePipeline");
  await using second = await webGpu.create();
  expect(devices).toHaveLength(1);
  expect(second.stats()).toEqual({ buffers: 0, bytes: 0 });
  expect(second.owns(left)).toBe(false);
  using matrix = second.allocate(2, 2);
  expect(await second.readMany([matrix])).toEqual([new Float32Array(4)]);
  second.fill(matrix, 3);
  expect(await second.readMany([matrix])).toEqual([new Float32Array(4).fill(3)]);
  expect(compiled).not.toHaveBeenCalled();
  left[Symbol.dispose]();
  expect(await second.readMany([matrix])).toEqual([new Float32Array(4).fill(3)]);
});

onAdapter("backends that live at the same time have devices of their own", async () => {
  const first = await webGpu.create();
  await using second = await webGpu.create();
  expect(devices).toHaveLength(2);
  devices[0]!.destroy();
  await devices[0]!.lost;
  await expect(first.settle()).rejects.toMatchObject({ code: "ERR_DEVICE_LOST" });
  await second.settle();
  await first[Symbol.asyncDispose]();
});

onAdapter("a device that is lost is not taken over, whether before its backend is disposed or after", async () => {
  for (const when of ["before", "after"]) {
    const backend = await webGpu.create();
    const device = devices.at(-1)!;
    if (when === "before") device.destroy();
    await backend[Symbol.asyncDispose]();
    device.destroy();
    await device.lost;
    await using next = await webGpu.create();
    expect(devices.at(-1)).not.toBe(device);
    await next.settle();
    takeIdle()?.gpu.destroy();
  }
});

onAdapter("an error that the device reports late does not reach the next backend", async () => {
  const first = await webGpu.create();
  devices[0]!.createBuffer({ size: 4, usage: 0 });
  await first[Symbol.asyncDispose]();
  await using second = await webGpu.create();
  await second.settle();
  expect(devices).toHaveLength(1);
});

onAdapter("one after the other, 100 backends share a device, leave no buffer there, and compile once", async () => {
  const cycle = async (): Promise<void> => {
    await using backend = await webGpu.create();
    const [a, product] = [backend.allocate(5, 5), backend.allocate(5, 5)];
    backend.fill(a, 1);
    backend.gemm(a, a, product);
    expect(await backend.readMany([product])).toEqual([new Float32Array(25).fill(5)]);
  };
  await cycle();
  const live = liveBytes(devices[0]!);
  const compiled = vi.spyOn(devices[0]!, "createComputePipeline");
  for (let count = 0; count < 100; count += 1) await cycle();
  expect([devices.length, live(), compiled.mock.calls.length]).toEqual([1, 0, 0]);
});

onAdapter(
  "a device that no backend takes over is destroyed, and a process that ends does not wait for that",
  async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const waits = vi.spyOn(globalThis, "setTimeout");
    try {
      const backend = await webGpu.create();
      await backend[Symbol.asyncDispose]();
      const timer = waits.mock.results[0]?.value;
      if (typeof timer === "object") expect(timer.hasRef()).toBe(false);
      vi.advanceTimersByTime(4999);
      await using taken = await webGpu.create();
      vi.advanceTimersByTime(60_000);
      await taken.settle();
      expect(devices).toHaveLength(1);
      await taken[Symbol.asyncDispose]();
      vi.advanceTimersByTime(5000);
      expect((await devices[0]!.lost).reason).toBe("destroyed");
      expect(takeIdle()).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  },
);
