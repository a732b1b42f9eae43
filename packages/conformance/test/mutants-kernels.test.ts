import { describe, expect, test } from "vitest";
import { cases, kernelMutants, mutated, referenceModule, runCase } from "../src/index.ts";

describe("kernel mutants", () => {
  test.each(kernelMutants)("$id is killed by $killedBy", async (mutant) => {
    const killer = cases.find(({ id }) => id === mutant.killedBy);
    const { status, worst } = await runCase(mutated(referenceModule, mutant), killer!);
    expect(status).toBe("fail");
    if (killer!.tolerance.kind === "bound" && worst !== undefined && worst.ratio > 1) {
      expect(worst.ratio).toBeGreaterThan(10);
    }
  });

  test("ids are distinct, and every kernel has one", () => {
    const ids = kernelMutants.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const kernels = new Set(
      cases.map(({ id }) => id.split("/").slice(0, 2).join("/")).filter((id) => id.startsWith("kernel/")),
    );
    const covered = new Set(kernelMutants.map(({ killedBy }) => killedBy.split("/").slice(0, 2).join("/")));
    for (const kernel of kernels) expect(covered).toContain(kernel);
  });
});
