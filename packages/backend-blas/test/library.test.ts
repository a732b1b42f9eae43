import { describe, expect, test } from "vitest";
import { type Found, findLibrary } from "../src/library/find.ts";
import { loadKoffi, type NativeFunction } from "../src/library/native.ts";
import { fakeBlas, fakeHost, fakeLibrary } from "./fakes.ts";

function reasonOf(found: Found): string {
  return "reason" in found ? found.reason : expect.fail("a library was found");
}

function kernelOf(found: Found): string {
  return "library" in found ? found.library.kernel : expect.fail(found.reason);
}

function without(name: string): Record<string, NativeFunction> {
  const { [name]: _, ...rest } = fakeBlas();
  return rest;
}

describe("the search", () => {
  test("takes the first library of the platform that has all", async () => {
    const host = fakeHost({
      "libopenblas.so": fakeLibrary(without("cblas_dtrsm")),
      "libblis.so.4": fakeLibrary(fakeBlas()),
      "libblas.so.3": fakeLibrary(fakeBlas()),
    });
    expect(kernelOf(await findLibrary(undefined, host))).toBe("BLAS (libblis.so.4)");
  });

  test.each(["linux", "darwin", "win32"] as const)(
    "says on %s what was tried and what to install",
    async (platform) => {
      const host = fakeHost({}, { platform });
      const reason = reasonOf(await findLibrary(undefined, host));
      for (const path of host.asked) expect(reason).toContain(`${path}: no such file`);
      expect(host.asked.length).toBeGreaterThanOrEqual(3);
      expect(reason).toMatch(/apt install libopenblas0|brew install openblas|libopenblas\.dll/);
    },
  );

  test("tries a path that is given, and nothing else", async () => {
    const host = fakeHost({ "libopenblas.so.0": fakeLibrary(fakeBlas()) }, { environment: { WIDEHEAD_BLAS: "/y" } });
    expect(reasonOf(await findLibrary("/x/libmine.so", host))).toBe("/x/libmine.so: no such file");
    expect(host.asked).toEqual(["/x/libmine.so"]);
  });

  test("else the path in WIDEHEAD_BLAS, unless it is empty", async () => {
    const libraries = { "libopenblas.so.0": fakeLibrary(fakeBlas()) };
    const named = fakeHost(libraries, { environment: { WIDEHEAD_BLAS: "/y" } });
    expect(reasonOf(await findLibrary(undefined, named))).toBe("WIDEHEAD_BLAS=/y: no such file");
    const empty = fakeHost(libraries, { environment: { WIDEHEAD_BLAS: "" } });
    expect(kernelOf(await findLibrary(undefined, empty))).toBe("BLAS (libopenblas.so.0)");
  });

  test("takes LAPACK out of a second library where the first has none", async () => {
    const { sgetrf_, dgetrf_, ...products } = fakeBlas();
    const libraries = {
      "libblas.so.3": fakeLibrary(products),
      "liblapack.so.3": fakeLibrary({ sgetrf_: sgetrf_!, dgetrf_: dgetrf_! }),
    };
    expect(kernelOf(await findLibrary("libblas.so.3", fakeHost(libraries)))).toBe("BLAS (libblas.so.3)");
    const alone = fakeHost({ "libblas.so.3": fakeLibrary(products) });
    expect(reasonOf(await findLibrary("libblas.so.3", alone))).toBe("libblas.so.3: it has no sgetrf_");
  });

  test("says so where koffi cannot be loaded", async () => {
    const host = fakeHost({}, { loadForeign: () => Promise.reject(new Error("no binary for this platform")) });
    expect(reasonOf(await findLibrary(undefined, host))).toMatch(/koffi.*no binary for this platform/);
  });
});

describe("a library is refused", () => {
  test.each(Object.keys(fakeBlas()))("that has no %s", async (name) => {
    const host = fakeHost({ "/x": fakeLibrary(without(name)) });
    expect(reasonOf(await findLibrary("/x", host))).toBe(`/x: it has no ${name}`);
  });

  test("whose LAPACK has 64-bit integers", async () => {
    const host = fakeHost({ "/x": fakeLibrary(fakeBlas({ integers: 64 })) });
    expect(reasonOf(await findLibrary("/x", host))).toMatch(/^\/x: .*64-bit integers \(ILP64\)/);
  });

  test("that says of itself that it has 64-bit integers", async () => {
    const config = { openblas_get_config: () => "OpenBLAS 0.3.21  USE64BITINT DYNAMIC_ARCH" };
    const host = fakeHost({ "/x": fakeLibrary({ ...fakeBlas(), ...config }) });
    expect(reasonOf(await findLibrary("/x", host))).toMatch(/OpenBLAS 0\.3\.21 .*ILP64/);
  });

  test("that reads the output of a product with beta 0", async () => {
    const host = fakeHost({ "/x": fakeLibrary(fakeBlas({ readsOutput: true })) });
    expect(reasonOf(await findLibrary("/x", host))).toMatch(/beta 0/);
  });

  test.skipIf(process.platform !== "linux")("that is another library altogether", async () => {
    const host = fakeHost({}, { loadForeign: loadKoffi });
    expect(reasonOf(await findLibrary("libm.so.6", host))).toBe("libm.so.6: it has no cblas_sgemm");
    expect(reasonOf(await findLibrary("/no/such/library.so", host))).toMatch(
      /^\/no\/such\/library\.so: .*No such file/,
    );
  });
});

describe("the kernel's name", () => {
  const describeMkl: NativeFunction = (text) => {
    new TextEncoder().encodeInto(
      "Intel(R) oneAPI Math Kernel Library Version 2024.1-Product Build",
      text as Uint8Array,
    );
  };
  test.each<[string, Record<string, NativeFunction>]>([
    [
      "OpenBLAS 0.3.21 Cooperlake",
      { openblas_get_config: () => "OpenBLAS 0.3.21 DYNAMIC_ARCH", openblas_get_corename: () => "Cooperlake" },
    ],
    [
      "BLIS 0.9.0 zen3",
      { bli_info_get_version_str: () => "0.9.0", bli_arch_query_id: () => 9, bli_arch_string: () => "zen3" },
    ],
    ["MKL 2024.1", { MKL_Get_Version_String: describeMkl }],
    ["BLAS (/x)", {}],
  ])("is %s", async (kernel, functions) => {
    const host = fakeHost({ "/x": fakeLibrary({ ...fakeBlas(), ...functions }) });
    expect(kernelOf(await findLibrary("/x", host))).toBe(kernel);
  });

  test("is Accelerate on macOS", async () => {
    const path = "/System/Library/Frameworks/Accelerate.framework/Accelerate";
    const host = fakeHost({ [path]: fakeLibrary(fakeBlas()) }, { platform: "darwin" });
    expect(kernelOf(await findLibrary(undefined, host))).toBe("Accelerate");
  });
});
