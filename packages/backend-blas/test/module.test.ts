import { type Backend, isWideheadError, type WideheadError } from "@widehead/core";
import { describe, expect, test } from "vitest";
import type { NativeFunction } from "../src/library/native.ts";
import { createBlasOn } from "../src/module.ts";
import { fakeBlas, fakeHost, fakeLibrary } from "./fakes.ts";

async function errorOf(promise: Promise<unknown>): Promise<WideheadError> {
  const error = await promise.then(
    () => expect.fail("nothing was thrown"),
    (thrown: unknown) => thrown,
  );
  return isWideheadError(error) ? error : expect.fail(String(error));
}

/** A library with one number of threads, up to a limit, that remembers how many each large product had. */
function threadedLibrary(limit: number) {
  let threads = 1;
  const seen: number[] = [];
  const functions = fakeBlas();
  const product = functions.cblas_sgemm!;
  const counting: NativeFunction = (...values) => {
    seen.push(threads);
    product(...values);
  };
  const set: NativeFunction = (count) => {
    threads = Math.min(count as number, limit);
  };
  const library = fakeLibrary({
    ...functions,
    cblas_sgemm: counting,
    openblas_get_config: () => "OpenBLAS 9.9",
    openblas_set_num_threads: set,
    openblas_get_num_threads: () => threads,
  });
  return { library, seen };
}

function multiply(backend: Backend): void {
  const [a, b, out] = [backend.allocate(16, 16), backend.allocate(16, 16), backend.allocate(16, 16)];
  backend.gemm(a, b, out);
}

describe("createBlas", () => {
  const host = fakeHost({ "libopenblas.so.0": fakeLibrary(fakeBlas()) });

  test("makes float32 backends on one thread unless told", async () => {
    const module = createBlasOn(host);
    const backend = await module.create();
    expect([backend.numerics.dtype, backend.threads]).toEqual(["float32", 1]);
    expect((await module.create({ dtype: "float64" })).numerics.dtype).toBe("float64");
  });

  test("looks for a library once, and only when asked", async () => {
    const counted = fakeHost({ "libopenblas.so.0": fakeLibrary(fakeBlas()) });
    const module = createBlasOn(counted);
    expect(counted.asked).toEqual([]);
    await module.probe();
    await module.create();
    expect(counted.asked.filter((path) => path === "libopenblas.so.0")).toHaveLength(1);
  });

  test("says in the probe and in create why there is none", async () => {
    const module = createBlasOn(fakeHost({}), { library: "/x/libmine.so" });
    expect(await module.probe()).toEqual({ available: false, reason: "/x/libmine.so: no such file" });
    const error = await errorOf(module.create());
    expect(error.code).toBe("ERR_BACKEND_UNAVAILABLE");
    expect(error.details).toEqual({ backend: "blas", reason: "/x/libmine.so: no such file" });
  });
});

describe("threads", () => {
  test.each([0, -1, 1.5])("%d is no number of threads", async (threads) => {
    const { library } = threadedLibrary(8);
    const error = await errorOf(createBlasOn(fakeHost({ "/x": library }), { library: "/x" }).create({ threads }));
    expect([error.code, error.details.argument]).toEqual(["ERR_OPTION", "threads"]);
  });

  test("may not be more than the cores", async () => {
    const { library } = threadedLibrary(8);
    const module = createBlasOn(fakeHost({ "/x": library }, { cores: 4 }), { library: "/x" });
    const error = await errorOf(module.create({ threads: 5 }));
    expect(error.code).toBe("ERR_OPTION");
    expect(error.details).toMatchObject({ argument: "threads", expected: 4, actual: 5 });
    expect((await module.create({ threads: 4 })).threads).toBe(4);
  });

  test("may not be more than the library takes", async () => {
    const { library } = threadedLibrary(1);
    const error = await errorOf(createBlasOn(fakeHost({ "/x": library }), { library: "/x" }).create({ threads: 2 }));
    expect(error.code).toBe("ERR_UNSUPPORTED");
    expect(error.details).toMatchObject({ backend: "blas", flag: "threads" });
  });

  test("are refused by a library that has no such setting", async () => {
    const module = createBlasOn(fakeHost({ "/x": fakeLibrary(fakeBlas()) }), { library: "/x" });
    const error = await errorOf(module.create({ threads: 2 }));
    expect([error.code, error.details.flag]).toEqual(["ERR_UNSUPPORTED", "threads"]);
    expect((await module.create({ threads: 1 })).threads).toBe(1);
  });

  test("are each instance's own", async () => {
    const { library, seen } = threadedLibrary(8);
    const module = createBlasOn(fakeHost({ "/x": library }), { library: "/x" });
    const [one, two] = [await module.create({ threads: 1 }), await module.create({ threads: 2 })];
    seen.length = 0;
    for (const backend of [one, two, two, one, two]) multiply(backend);
    expect(seen).toEqual([1, 2, 2, 1, 2]);
  });
});
