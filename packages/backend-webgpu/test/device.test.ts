import { createRandom, FactoredLayer, type Snapshot, sparseTargets, squaredError, type Tensor } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { findAdapter, requestDevice } from "../src/adapter.ts";
import { WebGpuBackend } from "../src/backend.ts";
import { Faults } from "../src/faults.ts";
import { onDevice } from "./on-device.ts";

const coded = (code: string): object => expect.objectContaining({ code });

/** Loses nothing, and reports these errors from its next error scopes. */
function reporting(errors: readonly (GPUError | null)[]): GPUDevice {
  const next = errors[Symbol.iterator]();
  return {
    lost: new Promise(() => {}),
    pushErrorScope: () => {},
    popErrorScope: async () => next.next().value ?? null,
  } as unknown as GPUDevice;
}

describe("errors that the device reports later", () => {
  test("running out of memory is ERR_MEMORY, once", async () => {
    const faults = new Faults(reporting([{ message: "full" }, null]));
    await expect(faults.collect()).rejects.toThrow(coded("ERR_MEMORY"));
    await faults.collect();
  });

  test("a call that it refuses is a defect of this package, and is not hidden", async () => {
    const faults = new Faults(reporting([null, { message: "no such binding" }]));
    await expect(faults.collect()).rejects.toThrow("no such binding");
  });

  onDevice("what it refuses between two reads fails the second", async (device, backend) => {
    using matrix = backend.allocate(1, 1);
    device.createBuffer({ size: 4, usage: 0 });
    await expect(backend.readMany([matrix])).rejects.toThrow("webgpu: ");
    expect(await backend.readMany([matrix])).toEqual([Float32Array.of(0)]);
  });
});

onDevice("a matrix beyond what the adapter binds is ERR_MEMORY", async ({ limits }, backend) => {
  const rows = Math.floor(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / 4) + 1;
  expect(() => backend.allocate(rows, 1)).toThrow(coded("ERR_MEMORY"));
  expect(backend.stats()).toEqual({ buffers: 0, bytes: 0 });
});

onDevice("a disposed backend computes nothing", async (_, backend) => {
  const matrix = backend.allocate(2, 2);
  await backend[Symbol.asyncDispose]();
  expect(() => backend.allocate(1, 1)).toThrow(coded("ERR_DISPOSED"));
  expect(() => backend.fill(matrix, 1)).toThrow(coded("ERR_DISPOSED"));
  await expect(backend.readMany([matrix])).rejects.toThrow(coded("ERR_DISPOSED"));
  await expect(backend.settle()).rejects.toThrow(coded("ERR_DISPOSED"));
});

describe("a lost device", () => {
  onDevice("fails the read under way and every later call", async (device, backend) => {
    using matrix = backend.allocate(2, 2);
    backend.fill(matrix, 1);
    const read = backend.readMany([matrix]);
    device.destroy();
    await expect(read).rejects.toThrow(coded("ERR_DEVICE_LOST"));
    expect(() => backend.allocate(1, 1)).toThrow(coded("ERR_DEVICE_LOST"));
    expect(() => backend.write(matrix, new Float64Array(4))).toThrow(coded("ERR_DEVICE_LOST"));
    expect(() => backend.gemm(matrix, matrix, matrix)).toThrow(coded("ERR_DEVICE_LOST"));
    await expect(backend.readMany([matrix])).rejects.toThrow(coded("ERR_DEVICE_LOST"));
    await expect(backend.settle()).rejects.toThrow(coded("ERR_DEVICE_LOST"));
  });

  onDevice("costs a layer what it learned since its last checkpoint, and no more", async (device, backend) => {
    await using layer = await FactoredLayer.create({ backend, outputs: 20, features: 4, loss: squaredError() });
    const step = trainer();
    await step(layer, 0);
    const checkpoint = await layer.save(copy);
    const expected = [await step(layer, 1), await step(layer, 2)];
    device.destroy();
    await device.lost;
    await expect(step(layer, 3)).rejects.toThrow(coded("ERR_DEVICE_LOST"));

    const adapter = (await findAdapter()) as GPUAdapter;
    await using next = new WebGpuBackend(await requestDevice(adapter), "under test");
    await using restored = await FactoredLayer.restore(checkpoint, { backend: next });
    expect([await step(restored, 1), await step(restored, 2)]).toEqual(expected);
  });
});

/** Trains step by step on batches that depend on the step alone, and gives the loss. */
function trainer(): (layer: FactoredLayer, step: number) => Promise<number> {
  return async (layer, step) => {
    const random = createRandom(step);
    const data = Float64Array.from({ length: 12 }, () => random.normal());
    const targets = sparseTargets.fromIds(20, [step, 7, 19]);
    const { loss } = await layer.train({ rows: 3, columns: 4, data }, targets, { learningRate: 0.05 });
    return loss;
  };
}

async function copy({ facts, tensors }: Snapshot): Promise<Snapshot> {
  const copies: Tensor[] = [];
  for (const tensor of tensors) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of tensor.chunks()) chunks.push(chunk.slice());
    copies.push({ ...tensor, chunks: () => chunks });
  }
  return { facts, tensors: copies };
}
