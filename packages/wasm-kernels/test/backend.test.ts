import type { Matrix } from "@widehead/core";
import { createEngine, SimdBackend, SimdMatrix, whyNoSimd } from "@widehead/wasm-kernels";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createSimd, dtypes } from "./simd.ts";

const sparse = {
  rows: 1,
  columns: 1,
  offsets: Uint32Array.of(0, 1),
  columnIds: Uint32Array.of(0),
  values: Float64Array.of(1),
};

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.resetModules();
});

function stubWebAssembly(changes: Readonly<Record<string, unknown>>): void {
  const real = (globalThis as unknown as { WebAssembly: object }).WebAssembly;
  const properties = Object.entries(changes).map(([name, value]) => [name, { value }] as const);
  vi.stubGlobal("WebAssembly", Object.create(real, Object.fromEntries(properties)));
}

describe.each(dtypes)("SimdBackend %s", (dtype) => {
  test("every call after disposal throws ERR_DISPOSED", async () => {
    const backend = await createSimd(dtype);
    const a = backend.allocate(1, 1);
    await backend[Symbol.asyncDispose]();
    const calls: readonly (() => unknown)[] = [
      () => backend.allocate(1, 1),
      () => backend.view(a, 0, 0, 1, 1),
      () => backend.write(a, Float64Array.of(1)),
      () => backend.readMany([a]),
      () => backend.settle(),
      () => backend.hostView(a),
      () => backend.multiplyFloat64(Float64Array.of(1), Float64Array.of(1), 1),
      () => backend.gemm(a, a, a),
      () => backend.rowDots(a, a, a),
      () => backend.combine(a, [{ matrix: a }]),
      () => backend.addTranspose(a, a),
      () => backend.luSolve(a, a, a, a),
      () => backend.sampledDots(sparse, a, a, a),
      () => backend.sparseGemm(sparse, a, a),
      () => backend.fill(a, 1),
      () => backend.exponentiateRows(a, a, a),
    ];
    for (const call of calls) {
      await expect(async () => call(), String(call)).rejects.toMatchObject({ code: "ERR_DISPOSED" });
    }
    a[Symbol.dispose]();
    expect(backend.stats()).toEqual({ buffers: 0, bytes: 0 });
  });

  test("names the first unusable pivot, also behind the first block of columns", async () => {
    await using backend = await createSimd(dtype);
    for (const [n, zero] of [
      [70, 0],
      [70, 31],
      [70, 32],
      [70, 50],
      [70, 69],
    ] as const) {
      const a = backend.allocate(n, n);
      const diagonal = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 2 : 0));
      diagonal[zero * (n + 1)] = 0;
      backend.write(a, diagonal);
      const b = backend.allocate(n, 3);
      const status = backend.allocate(1, 1);
      backend.luSolve(a, b, b, status);
      const [values] = await backend.readMany([status]);
      expect([...values!]).toEqual([1 + zero]);
    }
  });

  test("exponentials keep NaN, and are 0 far below the largest", async () => {
    await using backend = await createSimd(dtype);
    const least = dtype === "float32" ? -87.3 : -708.3;
    const row = [least, 0, -0.1, -1, least - 1, -1e4, Number.NEGATIVE_INFINITY];
    const a = backend.allocate(2, row.length);
    backend.write(a, Float64Array.from([...row, ...row.with(4, Number.NaN)]));
    const [maxima, sums] = [backend.allocate(2, 1), backend.allocate(2, 1)];
    backend.exponentiateRows(a, maxima, sums);
    const [values, largest, totals] = await backend.readMany([a, maxima, sums]);
    const rounded = dtype === "float32" ? row.map(Math.fround) : row;
    for (const [j, x] of rounded.slice(0, 4).entries()) {
      const allowed = (16 - x) * backend.numerics.roundoff * Math.exp(x);
      expect(Math.abs(values![j]! - Math.exp(x))).toBeLessThanOrEqual(allowed);
    }
    expect([...values!.slice(4, 7)]).toEqual([0, 0, 0]);
    expect([...largest!]).toEqual([0, Number.NaN]);
    expect(totals![1]).toBeNaN();
  });

  test("out of memory loses nothing, and goes on when something is freed", async () => {
    await using backend = await createSimd(dtype, 2 ** 21);
    const held: Matrix[] = [];
    const fillUp = (): void => {
      for (;;) {
        const matrix = backend.allocate(64, 64);
        backend.fill(matrix, held.push(matrix));
      }
    };
    expect(fillUp).toThrowError(expect.objectContaining({ code: "ERR_MEMORY" }));
    const before = backend.stats();
    expect(before.buffers).toBe(held.length);
    expect(held.length).toBeGreaterThan(30);
    const large = Float64Array.from({ length: 300 * 300 }, () => 1);
    expect(() => backend.multiplyFloat64(large, large, 300)).toThrowError(
      expect.objectContaining({ code: "ERR_MEMORY" }),
    );
    expect(backend.stats()).toEqual(before);
    const copies = await backend.readMany(held);
    copies.forEach((copy, i) => {
      expect(copy.every((value) => value === i + 1)).toBe(true);
    });
    held.pop()![Symbol.dispose]();
    expect(backend.allocate(64, 64).disposed).toBe(false);
  });

  test("grows by many times its first size, with numbers and views of the host where they were", async () => {
    await using backend = await createSimd(dtype);
    const matrix = backend.allocate(3, 5);
    const seen = backend.hostView(matrix)!;
    const larger = [...Array(6).keys()].map((i) => backend.allocate(1000, 200 * (i + 1)));
    backend.fill(matrix, 2);
    for (const [i, other] of larger.entries()) backend.fill(other, i);
    expect([...seen]).toEqual(Array(15).fill(2));
    const copies = await backend.readMany(larger);
    copies.forEach((copy, i) => {
      expect(copy.every((value) => value === i)).toBe(true);
    });
  });

  test("without shared memory it computes the same, and has no views for the host", async () => {
    const { Memory } = (globalThis as unknown as { WebAssembly: { Memory: new (pages: object) => object } })
      .WebAssembly;
    stubWebAssembly({
      Memory: class {
        constructor(pages: { readonly shared?: boolean }) {
          if (pages.shared) throw new TypeError("shared memory is not allowed here");
          // biome-ignore lint/correctness/noConstructorReturn: it stands for the class that it makes
          return new Memory(pages);
        }
      },
    });
    await using backend = await createSimd(dtype);
    const matrix = backend.allocate(3, 5);
    backend.fill(matrix, 2);
    const large = backend.allocate(1000, 1000);
    backend.fill(large, 3);
    backend.combine(matrix, [{ matrix, factor: 2 }]);
    expect(backend.hostView(matrix)).toBeUndefined();
    const [small, end] = await backend.readMany([matrix, backend.view(large, 999, 0, 1, 1000)]);
    expect([...small!]).toEqual(Array(15).fill(4));
    expect(end!.every((value) => value === 3)).toBe(true);
  });
});

describe("createEngine", () => {
  test.each([0, 2 ** 20 - 1, 2 ** 32 + 1, Number.NaN])("refuses maximumBytes %s", async (maximumBytes) => {
    const details = { argument: "maximumBytes", actual: maximumBytes };
    await expect(createEngine({ dtype: "float32", maximumBytes })).rejects.toMatchObject({
      code: "ERR_OPTION",
      details,
    });
  });

  test("engines share no numbers", async () => {
    const [one, other] = await Promise.all([createEngine({ dtype: "float32" }), createEngine({ dtype: "float32" })]);
    expect(one.arena.buffer).not.toBe(other.arena.buffer);
  });

  test("a host that refuses memory is ERR_MEMORY", async () => {
    stubWebAssembly({
      Memory: class {
        constructor() {
          throw new RangeError("no address space");
        }
      },
    });
    await expect(createEngine({ dtype: "float32" })).rejects.toMatchObject({ code: "ERR_MEMORY" });
    expect(await whyNoSimd("float32")).toContain("no address space");
  });
});

describe("whyNoSimd", () => {
  const reasonNow = async (): Promise<string | undefined> => {
    const fresh = await import("@widehead/wasm-kernels");
    await expect(fresh.createEngine({ dtype: "float32" })).rejects.toMatchObject({ code: "ERR_BACKEND_UNAVAILABLE" });
    return fresh.whyNoSimd("float32");
  };

  test("is undefined where the kernels run", async () => {
    expect(await whyNoSimd("float32")).toBeUndefined();
    expect(await whyNoSimd("float64")).toBeUndefined();
  });

  test("says that there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(await reasonNow()).toBe("WebAssembly is not available here");
  });

  test("says that there is no SIMD", async () => {
    stubWebAssembly({ validate: () => false });
    expect(await reasonNow()).toBe("WebAssembly has no SIMD instructions here");
  });

  test("says which file is missing, and tries again", async () => {
    vi.resetModules();
    const { promises } = process.getBuiltinModule("node:fs");
    const readFile = vi.spyOn(promises, "readFile").mockRejectedValue(new Error("ENOENT: no such file"));
    expect(await reasonNow()).toMatch(/float32-shared\.wasm cannot be loaded: ENOENT/);
    readFile.mockRestore();
    const fresh = await import("@widehead/wasm-kernels");
    expect(await fresh.whyNoSimd("float32")).toBeUndefined();
  });
});

test("a subclass sees where matrices lie", async () => {
  class Subclass extends SimdBackend {
    numberAt(matrix: SimdMatrix, row: number, column: number): number {
      return this.elements[this.indexOf(matrix) + row * matrix.stride + column]!;
    }
  }
  const supports = { float32: true, float64: true, threads: false, deterministic: true };
  const engine = await createEngine({ dtype: "float64" });
  await using backend = new Subclass(engine, { name: "subclass", kernel: "none", supports });
  const matrix = backend.allocate(3, 4);
  backend.write(
    matrix,
    Float64Array.from({ length: 12 }, (_, i) => i),
  );
  const view = backend.view(matrix, 1, 2, 2, 2);
  if (!(view instanceof SimdMatrix)) throw new TypeError("the handle must be a SimdMatrix");
  expect([view.stride, backend.numberAt(view, 1, 1)]).toEqual([4, 11]);
});
