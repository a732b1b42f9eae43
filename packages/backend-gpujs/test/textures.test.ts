import { gpujsIn } from "@widehead/backend-gpujs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GpujsBackend } from "../src/backend.ts";
import { loadLibrary } from "../src/engine/library.ts";
import { TextureEngine } from "../src/engine/textures.ts";
import { countPerStep, makeLayer, train } from "./training.ts";

/** What is used of the class of WebGL 2 contexts, so that this file also loads in Node, where nothing of it runs. */
interface Context {
  createTexture(): object;
  deleteTexture(texture: object): void;
  readPixels(...args: readonly unknown[]): void;
}

const contextClass = (globalThis as { readonly WebGL2RenderingContext?: { readonly prototype: Context } })
  .WebGL2RenderingContext;

describe.skipIf(contextClass === undefined)("textures", () => {
  const live = new Set<object>();
  const { createTexture, deleteTexture } = contextClass?.prototype ?? ({} as Context);

  beforeEach(() => {
    live.clear();
    Object.assign(contextClass!.prototype, {
      createTexture(this: Context): object {
        const texture = createTexture.call(this);
        live.add(texture);
        return texture;
      },
      deleteTexture(this: Context, texture: object): void {
        live.delete(texture);
        deleteTexture.call(this, texture);
      },
    });
  });

  afterEach(() => {
    Object.assign(contextClass!.prototype, { createTexture, deleteTexture });
  });

  test("do not grow in number over 1,000 steps", async () => {
    await using backend = await gpujsIn("webgl2").create();
    const layer = await makeLayer(backend);
    await train(layer, 100);
    const [settled, { buffers }] = [live.size, backend.stats()];
    await train(layer, 900);
    expect(backend.stats().buffers).toBe(buffers);
    expect(live.size).toBeLessThanOrEqual(settled + 8);
    await layer[Symbol.asyncDispose]();
  });

  test("are read twice a step, three times where it clips or refactors", async () => {
    await using backend = await gpujsIn("webgl2").create();
    const readPixels = vi.spyOn(contextClass!.prototype, "readPixels");
    const counts = await countPerStep(backend, () => readPixels.mock.calls.length);
    readPixels.mockRestore();
    expect(counts).toEqual({ plain: 2, clipping: 3, refactoring: 3 });
  });

  test("of a disposed matrix are deleted", async () => {
    await using backend = await gpujsIn("webgl2").create();
    const matrices = Array.from({ length: 20 }, () => backend.allocate(5, 5));
    for (const matrix of matrices) backend.fill(matrix, 1);
    await backend.settle();
    const before = live.size;
    for (const matrix of matrices) matrix[Symbol.dispose]();
    await backend.settle();
    expect(before - live.size).toBeGreaterThanOrEqual(19);
  });

  test.for([true, false])("are read, solved and read again, where reads wait: %s", async (waits) => {
    const engine = new TextureEngine(await loadLibrary(), "webgl2", 2048, waits);
    await using backend = new GpujsBackend(engine, "under test");
    const [a, b, status] = [backend.allocate(2, 2), backend.allocate(2, 2), backend.allocate(1, 1)];
    backend.write(a, Float64Array.of(0, 2, 4, 1));
    backend.write(b, Float64Array.of(6, 10, 7, 13));
    backend.luSolve(a, b, b, status);
    const first = backend.readMany([b, status]);
    backend.combine(b, [{ matrix: b, factor: 2 }]);
    const second = backend.readMany([b]);
    expect(await first).toEqual([Float32Array.of(1, 2, 3, 5), Float32Array.of(0)]);
    expect(await second).toEqual([Float32Array.of(2, 4, 6, 10)]);
  });

  test("a context that is lost is ERR_DEVICE_LOST, not zeros", async () => {
    const contexts: { getExtension(name: string): { loseContext(): void } | null }[] = [];
    const prototype = contextClass!.prototype;
    const counting = prototype.createTexture;
    prototype.createTexture = function (this: Context): object {
      contexts.push(this as never);
      return counting.call(this);
    };
    const backend = await gpujsIn("webgl2").create();
    const matrix = backend.allocate(2, 2);
    backend.fill(matrix, 1);
    await backend.settle();
    contexts[0].getExtension("WEBGL_lose_context")?.loseContext();
    await expect(backend.readMany([matrix])).rejects.toMatchObject({ code: "ERR_DEVICE_LOST" });
    await backend[Symbol.asyncDispose]();
  });
});
