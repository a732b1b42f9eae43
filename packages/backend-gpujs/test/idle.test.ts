import { gpujsIn } from "@widehead/backend-gpujs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { GpujsBackend } from "../src/backend.ts";
import { ArrayEngine } from "../src/engine/arrays.ts";
import { loadLibrary } from "../src/engine/library.ts";
import { keepIdle, takeIdle } from "../src/idle.ts";

const module = gpujsIn("cpu");
const newEngine = async (): Promise<ArrayEngine> => new ArrayEngine(await loadLibrary(), "cpu");

beforeEach(async () => {
  await takeIdle("cpu")?.destroy();
});

describe("the engine of a disposed backend", () => {
  test("serves the next, to which the matrices of the first are foreign", async () => {
    const first = await module.create();
    const left = first.allocate(2, 2);
    first.fill(left, 7);
    await first[Symbol.asyncDispose]();
    const engine = takeIdle("cpu")!;
    await keepIdle("cpu", engine);
    const release = vi.spyOn(engine, "release");
    await using second = await module.create();
    expect(takeIdle("cpu")).toBeUndefined();
    expect(second.stats()).toEqual({ buffers: 0, bytes: 0 });
    expect(second.owns(left)).toBe(false);
    left[Symbol.dispose]();
    expect(release).not.toHaveBeenCalled();
    using matrix = second.allocate(2, 2);
    second.fill(matrix, 3);
    expect(await second.readMany([matrix])).toEqual([new Float32Array(4).fill(3)]);
  });

  test("has let go of its matrices", async () => {
    const engine = await newEngine();
    const release = vi.spyOn(engine, "release");
    const backend = new GpujsBackend(engine, "watched");
    const kept = backend.allocate(2, 2);
    backend.allocate(1, 1)[Symbol.dispose]();
    const disposedMeanwhile = backend.allocate(1, 1);
    const end = backend[Symbol.asyncDispose]();
    disposedMeanwhile[Symbol.dispose]();
    await end;
    expect(release).toHaveBeenCalledTimes(3);
    kept[Symbol.dispose]();
    expect(release).toHaveBeenCalledTimes(3);
  });

  test("is destroyed where the backend failed", async () => {
    const engine = await newEngine();
    const destroy = vi.spyOn(engine, "destroy");
    vi.spyOn(engine, "multiply").mockImplementation(() => {
      throw new Error("shader");
    });
    const backend = new GpujsBackend(engine, "watched", (done) => keepIdle("cpu", done));
    const matrix = backend.allocate(1, 1);
    backend.gemm(matrix, matrix, backend.allocate(1, 1));
    await backend[Symbol.asyncDispose]();
    expect(destroy).toHaveBeenCalledOnce();
    expect(takeIdle("cpu")).toBeUndefined();
  });
});

describe("an idle engine", () => {
  test("is destroyed when a second one comes", async () => {
    const [one, other] = [await newEngine(), await newEngine()];
    const destroy = vi.spyOn(one, "destroy");
    await keepIdle("cpu", one);
    await keepIdle("cpu", other);
    expect(destroy).toHaveBeenCalledOnce();
    expect(takeIdle("cpu")).toBe(other);
  });

  test("is not taken, or kept, where its GPU was lost", async () => {
    const engine = await newEngine();
    await keepIdle("cpu", engine);
    vi.spyOn(engine, "works").mockReturnValue(false);
    expect(takeIdle("cpu")).toBeUndefined();
    const destroy = vi.spyOn(engine, "destroy");
    await keepIdle("cpu", engine);
    expect(destroy).toHaveBeenCalledOnce();
    expect(takeIdle("cpu")).toBeUndefined();
  });
});
