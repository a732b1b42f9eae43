import { describe, expect, test } from "vitest";
import { cases, kernelMutants, runMutants } from "../src/index.ts";

describe("kernel mutants", async () => {
  const results = await runMutants({ kind: "kernel" });

  test.each(results)("$id is killed by $killedBy", ({ killed, ratio, reason }) => {
    expect({ killed, ratio, reason }).toMatchObject({ killed: true });
  });

  test("ids are distinct, and every kernel has one", () => {
    const ids = results.map(({ id }) => id);
    expect(ids).toEqual(kernelMutants.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    const kernels = new Set(
      cases.map(({ id }) => id.split("/").slice(0, 2).join("/")).filter((id) => id.startsWith("kernel/")),
    );
    const covered = new Set(kernelMutants.map(({ killedBy }) => killedBy.split("/").slice(0, 2).join("/")));
    for (const kernel of kernels) expect(covered).toContain(kernel);
  });
});
