import { wasm } from "@widehead/backend-wasm";
import { expect, test, vi } from "vitest";

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
