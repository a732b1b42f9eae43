import { wasm } from "@widehead/backend-wasm";
import { describe, expect, test, vi } from "vitest";
import { availableCores } from "../src/threads/host.ts";

const cores = availableCores();

test("float32 unless told", async () => {
  await using standard = await wasm.create();
  await using precise = await wasm.create({ dtype: "float64" });
  expect([standard.numerics.dtype, precise.numerics.dtype]).toEqual(["float32", "float64"]);
});

test("float32 also where the option is there but undefined", async () => {
  const options = { dtype: undefined, threads: undefined, maximumBytes: undefined };
  await using backend = await wasm.create(options as unknown as Record<string, never>);
  expect(backend.numerics.dtype).toBe("float32");
});

test("maximumBytes bounds what is held", async () => {
  await using backend = await wasm.create({ maximumBytes: 2 ** 20 });
  const details = { op: "allocate", limit: 2 ** 20 };
  expect(() => backend.allocate(512, 513)).toThrowError(
    expect.objectContaining({ code: "ERR_MEMORY", details: expect.objectContaining(details) }),
  );
  await expect(wasm.create({ maximumBytes: 1000 })).rejects.toMatchObject({ code: "ERR_OPTION" });
});

test("without SIMD the probe gives the reason, and create throws it", async () => {
  const reason = "WebAssembly has no SIMD instructions here";
  const real = (globalThis as unknown as { WebAssembly: object }).WebAssembly;
  vi.stubGlobal("WebAssembly", Object.create(real, { validate: { value: () => false } }));
  try {
    expect(await wasm.probe()).toEqual({ available: false, reason });
    await expect(wasm.create()).rejects.toMatchObject({ code: "ERR_BACKEND_UNAVAILABLE", details: { reason } });
  } finally {
    vi.unstubAllGlobals();
  }
  expect((await wasm.probe()).available).toBe(true);
});

describe("threads", () => {
  test("one unless told, and as many as are asked for", async () => {
    await using alone = await wasm.create();
    expect([alone.threads, wasm.supports.threads]).toEqual([1, true]);
    if (cores < 2) return;
    await using pair = await wasm.create({ threads: 2 });
    expect([pair.threads, pair.kernel, pair.supports]).toEqual([2, alone.kernel, wasm.supports]);
  });

  test.each([0, 1.5, -1, Number.NaN, cores + 1, Number.POSITIVE_INFINITY])("ERR_OPTION for %s", async (threads) => {
    await expect(wasm.create({ threads })).rejects.toMatchObject({
      code: "ERR_OPTION",
      details: { backend: "wasm", argument: "threads", actual: threads },
    });
  });

  test.each([
    ["there is no SharedArrayBuffer here", { SharedArrayBuffer: undefined }],
    ["the page is not cross-origin isolated", { crossOriginIsolated: false }],
  ])("ERR_UNSUPPORTED where %s", async (reason, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    vi.resetModules();
    try {
      const { wasm: fresh } = await import("@widehead/backend-wasm");
      expect(fresh.supports.threads).toBe(false);
      const details = { backend: "wasm", flag: "threads", argument: "threads", actual: 2, reason };
      await expect(fresh.create({ threads: 2 })).rejects.toMatchObject({ code: "ERR_UNSUPPORTED", details });
      await expect(fresh.create({ threads: 0 })).rejects.toMatchObject({ code: "ERR_OPTION" });
      await using alone = await fresh.create({ threads: 1 });
      expect(alone.threads).toBe(1);
    } finally {
      vi.unstubAllGlobals();
      vi.resetModules();
    }
  });

  test.skipIf(cores < 2)("ERR_UNSUPPORTED where the host refuses shared memory", async () => {
    const real = (globalThis as unknown as { WebAssembly: { Memory: new (pages: object) => object } }).WebAssembly;
    const Memory = class {
      constructor(pages: { readonly shared?: boolean }) {
        if (pages.shared) throw new TypeError("shared memory is not allowed here");
        // biome-ignore lint/correctness/noConstructorReturn: it stands for the class that it makes
        return new real.Memory(pages);
      }
    };
    vi.stubGlobal("WebAssembly", Object.create(real, { Memory: { value: Memory } }));
    try {
      const details = { flag: "threads", reason: "the host refuses shared memory" };
      await expect(wasm.create({ threads: 2 })).rejects.toMatchObject({ code: "ERR_UNSUPPORTED", details });
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
