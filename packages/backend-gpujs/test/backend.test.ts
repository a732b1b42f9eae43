import { gpujsIn } from "@widehead/backend-gpujs";
import { isWideheadError } from "@widehead/core";
import { describe, expect, test } from "vitest";
import { watchedBackend } from "./engines.ts";
import { countPerStep, makeLayer, shape, train } from "./training.ts";

describe("a training step", () => {
  test("is two reads, three where it clips or refactors", async () => {
    const { engine, backend } = await watchedBackend();
    const counts = await countPerStep(backend, () => engine.reads);
    expect(counts).toEqual({ plain: 2, clipping: 3, refactoring: 3 });
  });

  test("has two large products, which are one kernel each", async () => {
    const { engine, backend } = await watchedBackend();
    const layer = await makeLayer(backend);
    await train(layer, 1);
    engine.products.length = 0;
    await train(layer, 1);
    const { m, d } = shape;
    const stacked = 3 * d + 2;
    expect(engine.products.filter(([rows, , columns]) => rows === m && columns === stacked)).toEqual([[m, d, stacked]]);
    expect(engine.products.filter(([rows]) => rows === stacked)).toEqual([[stacked, m, d]]);
  });

  test("leaves nothing behind in 1,000 of them", async () => {
    await using backend = await gpujsIn("webasm").create();
    const layer = await makeLayer(backend);
    await train(layer, 100);
    const settled = backend.stats();
    await train(layer, 900);
    expect((await layer.diagnostics()).refactorings).toBe(0);
    expect(backend.stats()).toEqual(settled);
    await layer[Symbol.asyncDispose]();
    expect(backend.stats()).toEqual({ buffers: 0, bytes: 0 });
  });
});

describe("combine", () => {
  test("adds more terms than one kernel takes, also where the last is the output", async () => {
    await using backend = await gpujsIn("webasm").create();
    using out = backend.allocate(2, 3);
    using ones = backend.allocate(2, 3);
    backend.fill(out, 100);
    backend.fill(ones, 1);
    const before = backend.stats();
    const terms = [1, 2, 3, 4, 5, 6].map((factor) => ({ matrix: ones, factor }));
    backend.combine(out, [...terms, { matrix: out, factor: 2 }]);
    expect(backend.stats()).toEqual(before);
    expect(await backend.readMany([out])).toEqual([new Float32Array(6).fill(221)]);
  });
});

describe("failure", () => {
  test("rejects what is awaited next, with gpu.js's error as cause, and stays", async () => {
    const { engine, backend } = await watchedBackend();
    const matrix = backend.allocate(2, 2);
    const product = backend.allocate(2, 2);
    engine.failure = new Error("shader");
    backend.gemm(matrix, matrix, product);
    for (const call of [() => backend.readMany([product]), () => backend.settle()]) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(isWideheadError(error, "ERR_DEVICE_LOST") && error.cause).toEqual(new Error("shader"));
    }
    engine.failure = undefined;
    backend.gemm(matrix, matrix, product);
    expect(await backend.settle().catch((thrown: unknown) => thrown)).toBeInstanceOf(Error);
    await backend[Symbol.asyncDispose]();
  });

  test("a read from before it still resolves", async () => {
    const { engine, backend } = await watchedBackend();
    const matrix = backend.allocate(1, 1);
    const read = backend.readMany([matrix]);
    expect(await read).toEqual([Float32Array.of(0)]);
    engine.failure = new Error("later");
    backend.gemm(matrix, matrix, backend.allocate(1, 1));
    await expect(backend.settle()).rejects.toThrow("later");
  });

  test("a kernel that gpu.js cannot compile is named by its error", async () => {
    const { engine, backend } = await watchedBackend();
    const broken = { name: "broken", parameters: {}, body: "return missing + row;" };
    const window = { storage: engine.allocate(1, 1), rows: 1, columns: 1, origin: 0, rowStride: 1, columnStride: 1 };
    expect(() => engine.compute(broken, [], window)).toThrow(/missing/);
    await backend[Symbol.asyncDispose]();
  });

  test("a matrix that does not fit is ERR_MEMORY, at once", async () => {
    await using backend = await gpujsIn("webasm").create();
    const before = backend.stats();
    expect(() => backend.allocate(2 ** 26, 2 ** 26)).toThrow(expect.objectContaining({ code: "ERR_MEMORY" }));
    expect(backend.stats()).toEqual(before);
  });
});

test("disposing waits for what was called, and matrices may be disposed after it", async () => {
  const backend = await gpujsIn("webasm").create();
  const matrix = backend.allocate(3, 3);
  backend.fill(matrix, 2);
  const read = backend.readMany([matrix]);
  await backend[Symbol.asyncDispose]();
  expect((await read)[0]).toEqual(new Float32Array(9).fill(2));
  matrix[Symbol.dispose]();
  expect(backend.stats()).toEqual({ buffers: 0, bytes: 0 });
});

test("a disposed backend computes nothing on the engine that the next one has", async () => {
  const { engine, backend } = await watchedBackend();
  const matrix = backend.allocate(2, 2);
  await backend[Symbol.asyncDispose]();
  engine.products.length = 0;
  backend.gemm(matrix, matrix, matrix);
  const disposed = { code: "ERR_DISPOSED", details: { argument: "backend" } };
  expect(() => backend.allocate(1, 1)).toThrow(expect.objectContaining(disposed));
  await expect(backend.readMany([matrix])).rejects.toMatchObject(disposed);
  await expect(backend.settle()).rejects.toMatchObject(disposed);
  expect([engine.products, engine.reads]).toEqual([[], 0]);
});
