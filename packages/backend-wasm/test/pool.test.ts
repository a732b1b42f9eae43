import { createEngine, type SimdEngine, type SimdKernels } from "@widehead/wasm-kernels";
import { describe, expect, test, vi } from "vitest";
import type { StartWorker } from "../src/threads/host.ts";
import { type PoolOptions, WorkerPool } from "../src/threads/pool.ts";
import { Watched } from "./watched.ts";

/** An engine whose `fill` does this on the caller; workers have the real one. */
async function engineWith(fill: SimdKernels["fill"]): Promise<SimdEngine> {
  const engine = await createEngine({ dtype: "float32" });
  return { ...engine, kernels: { ...engine.kernels, fill } };
}

function createPool(engine: SimdEngine, options: PoolOptions): Promise<WorkerPool> {
  return WorkerPool.create(engine, 2, ["fill"], options);
}

function until(condition: () => boolean): void {
  const end = performance.now() + 60_000;
  while (!condition()) if (performance.now() > end) throw new Error("nothing has happened for a minute");
}

/** Until the worker has taken its part. */
const untilTaken = (watched: Watched): void => until(() => Atomics.load(watched.job.next, 0) === 2);

/** Rows of 16 elements at one address, so many that no part ends by itself. */
const endless = (address: number): readonly number[] => [4e9, 16, address, 0, 1];

describe("WorkerPool", () => {
  test.each([0, 1e4])("a worker that looks for calls for %s ms computes its part", async (spinMs) => {
    const watched = new Watched();
    const parts: number[] = [];
    const engine = await engineWith((part) => {
      parts.push(part);
      untilTaken(watched);
    });
    const pool = await createPool(engine, { start: watched.start, spinMs });
    const { address } = engine.arena.allocate(64 * 64 * 4);
    for (const value of [1, 2, 3]) {
      if (spinMs === 0) until(() => Atomics.load(watched.job.sleeping, 0) === 1);
      pool.run(0, [64, 64, address, 256, value]);
      const written = [...engine.arena.float32.subarray(address / 4, address / 4 + 64 * 64)];
      expect(written.slice(0, 32 * 64).filter((element) => element === value)).toEqual([]);
      expect(written.slice(32 * 64)).toEqual(Array(32 * 64).fill(value));
    }
    expect(parts).toEqual([0, 0, 0]);
    await pool.close();
  });

  test("the caller takes the part of a worker that does not", async () => {
    const parts: number[] = [];
    const engine = await engineWith((part) => {
      parts.push(part);
    });
    const watched = new Watched();
    const pool = await createPool(engine, { start: watched.start });
    void watched.workers[0]!.terminate();
    await watched.ends[0];
    pool.run(0, [64, 64, engine.arena.allocate(64 * 64 * 4).address, 256, 1]);
    expect(parts).toEqual([0, 1]);
    expect(() => pool.checkAlive()).toThrowError(expect.objectContaining({ code: "ERR_DEVICE_LOST" }));
  });

  test("a worker that is killed while it computes is ERR_DEVICE_LOST, from then on too", async () => {
    const watched = new Watched();
    const engine = await engineWith(() => {
      untilTaken(watched);
      void watched.workers[0]!.terminate();
    });
    const pool = await createPool(engine, { start: watched.start, waitMs: 20 });
    const { address } = engine.arena.allocate(64);
    const lost = expect.objectContaining({
      code: "ERR_DEVICE_LOST",
      details: { backend: "wasm", reason: expect.stringMatching(/has not ended its part in \d+ ms/) },
    });
    expect(() => pool.run(0, endless(address))).toThrowError(lost);
    await watched.ends[0];
    expect(() => pool.checkAlive()).toThrowError(lost);
    await pool.close();
  });

  test("a worker that keeps a part too long is ERR_DEVICE_LOST, and is ended", async () => {
    const watched = new Watched();
    const engine = await engineWith(() => untilTaken(watched));
    const pool = await createPool(engine, { start: watched.start, waitMs: 20 });
    const { address } = engine.arena.allocate(64);
    expect(() => pool.run(0, endless(address))).toThrowError(expect.objectContaining({ code: "ERR_DEVICE_LOST" }));
    expect(await watched.ends[0]).toContain("exited");
    await pool.close();
  });

  test("a kernel that fails in a worker is ERR_DEVICE_LOST without waiting", async () => {
    const watched = new Watched();
    const engine = await engineWith(() => untilTaken(watched));
    const pool = await createPool(engine, { start: watched.start, waitMs: 1e9 });
    const outside = 2 ** 32 - 4096;
    const lost = expect.objectContaining({ code: "ERR_DEVICE_LOST" });
    expect(() => pool.run(0, [64, 64, outside, 0, 1])).toThrowError(lost);
    expect(() => pool.checkAlive()).toThrowError(lost);
    await watched.ends[0];
    await pool.close();
  });

  test("a kernel that fails on the caller is ERR_DEVICE_LOST, with its cause", async () => {
    const cause = new Error("trap");
    const engine = await engineWith(() => {
      throw cause;
    });
    const watched = new Watched();
    const pool = await createPool(engine, { start: watched.start });
    const { address } = engine.arena.allocate(64 * 64 * 4);
    expect(() => pool.run(0, [64, 64, address, 256, 1])).toThrowError(
      expect.objectContaining({ code: "ERR_DEVICE_LOST", cause }),
    );
    expect(await watched.ends[0]).toContain("exited");
  });

  test("closing ends every worker, and may be done twice", async () => {
    const watched = new Watched();
    const pool = await WorkerPool.create(await createEngine({ dtype: "float32" }), 3, ["fill"], watched);
    await Promise.all([pool.close(), pool.close()]);
    expect(await Promise.all(watched.ends)).toHaveLength(2);
  });
});

describe("WorkerPool.create", () => {
  const silent = (terminate: () => Promise<void>): ReturnType<StartWorker> => ({
    post: () => {},
    release: () => {},
    terminate,
  });

  test.each<[title: string, reason: RegExp, start: (terminate: () => Promise<void>) => StartWorker]>([
    [
      "refused",
      /cannot start: no more threads/,
      () => () => {
        throw new Error("no more threads");
      },
    ],
    [
      "ended",
      /cannot start: it exited/,
      (terminate) =>
        ({ end }) => {
          queueMicrotask(() => end("it exited"));
          return silent(terminate);
        },
    ],
    ["late", /cannot start: they were not ready within 10 ms/, (terminate) => () => silent(terminate)],
  ])("ERR_BACKEND_UNAVAILABLE when a worker is %s, and nothing runs on", async (title, reason, start) => {
    const terminate = vi.fn(async () => {});
    const engine = await createEngine({ dtype: "float32" });
    await expect(createPool(engine, { start: start(terminate), startMs: 10 })).rejects.toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
      details: { backend: "wasm", reason: expect.stringMatching(reason) },
    });
    expect(terminate).toHaveBeenCalledTimes(title === "refused" ? 0 : 1);
  });

  test("ERR_BACKEND_UNAVAILABLE when the second of two workers cannot start, and the first ends", async () => {
    const watched = new Watched();
    const start: StartWorker = (events) => {
      if (watched.workers.length > 0) throw new Error("no more threads");
      return watched.start(events);
    };
    const engine = await createEngine({ dtype: "float32" });
    await expect(WorkerPool.create(engine, 3, ["fill"], { start })).rejects.toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
    });
    await watched.ends[0];
  });

  test("says why the kernels cannot be made in a worker", async () => {
    const engine = await createEngine({ dtype: "float32" });
    const watched = new Watched();
    const broken = { ...engine, modules: [{}, {}] as const };
    await expect(createPool(broken, watched)).rejects.toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
      details: { reason: expect.stringContaining("TypeError") },
    });
    await watched.ends[0];
  });
});
