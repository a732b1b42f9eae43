import { describe, expect, test } from "vitest";
import { type BackendModule, pickBackend, resolveBackendOptions, WideheadError } from "../src/index.ts";
import { RecordingBackend } from "./recording-backend.ts";

const supports = { float32: false, float64: true, threads: false, deterministic: true };

function moduleOf(name: string, changes: Partial<BackendModule> = {}): BackendModule {
  return {
    name,
    supports,
    probe: async () => ({ available: true, kernel: name, software: false }),
    create: async (options) => {
      resolveBackendOptions({ name, supports }, options);
      return new RecordingBackend();
    },
    ...changes,
  };
}

const missing = moduleOf("missing", { probe: async () => ({ available: false, reason: "no library" }) });
const emulated = moduleOf("emulated", {
  probe: async () => ({ available: true, kernel: "SwiftShader", software: true }),
});
const broken = moduleOf("broken", {
  create: async () => {
    throw new WideheadError("ERR_BACKEND_UNAVAILABLE", "device went away");
  },
});

describe("pickBackend", () => {
  test("takes the first that runs on real hardware, and says what it passed over", async () => {
    const first = moduleOf("first");
    const picked = await pickBackend([missing, emulated, broken, first, moduleOf("second")]);
    expect(picked.module).toBe(first);
    expect(picked.backend.name).toBe("recording");
    expect(picked.tried.map(({ name }) => name)).toEqual(["missing", "emulated", "broken"]);
    const [noLibrary, software, gone] = picked.tried.map(({ reason }) => reason);
    expect(noLibrary).toBe("no library");
    expect(software).toContain("SwiftShader");
    expect(gone).toContain("device went away");
  });

  test("lists every reason when there is none", async () => {
    await expect(pickBackend([missing, emulated])).rejects.toMatchObject({
      code: "ERR_BACKEND_UNAVAILABLE",
      details: { tried: [{ name: "missing", reason: "no library" }, { name: "emulated" }] },
    });
    await expect(pickBackend([])).rejects.toMatchObject({ code: "ERR_BACKEND_UNAVAILABLE", details: { tried: [] } });
  });

  test("passes over what cannot do the options, and lets programming errors through", async () => {
    const able = moduleOf("able", { create: async () => new RecordingBackend() });
    const { module, tried } = await pickBackend([moduleOf("unable"), able], { dtype: "float32" });
    expect(module).toBe(able);
    expect(tried[0]!.reason).toContain("supports.float32");
    const buggy = moduleOf("buggy", {
      create: async () => {
        throw new RangeError("bug");
      },
    });
    await expect(pickBackend([buggy, able])).rejects.toThrowError(RangeError);
  });
});

describe("resolveBackendOptions", () => {
  const both = { name: "both", supports: { ...supports, float32: true, threads: true } };

  test("fills in what was not told", () => {
    expect(resolveBackendOptions(both)).toEqual({ dtype: "float64", threads: 1 });
    expect(resolveBackendOptions(both, { dtype: "float32", threads: 3 })).toEqual({ dtype: "float32", threads: 3 });
    const single = { name: "single", supports: { ...supports, float32: true, float64: false } };
    expect(resolveBackendOptions(single).dtype).toBe("float32");
  });

  test("refuses what the manifest does not promise, naming backend and flag", () => {
    const module = { name: "plain", supports };
    for (const [options, flag] of [
      [{ dtype: "float32" }, "float32"],
      [{ threads: 2 }, "threads"],
    ] as const) {
      expect(() => resolveBackendOptions(module, options)).toThrowError(
        expect.objectContaining({
          code: "ERR_UNSUPPORTED",
          details: expect.objectContaining({ backend: "plain", flag }),
        }),
      );
    }
  });

  test.each([{ threads: 0 }, { threads: 1.5 }, { threads: Number.NaN }, { dtype: "float16" as "float32" }])(
    "refuses %o",
    (options) => {
      expect(() => resolveBackendOptions(both, options)).toThrowError(expect.objectContaining({ code: "ERR_OPTION" }));
    },
  );
});
