import { describe, expect, test } from "vitest";
import { cases, layerMutants, runMutants } from "../src/index.ts";

describe.each(["float64", "float32"] as const)("layer mutants in %s", async (dtype) => {
  const results = await runMutants({ dtype, kind: "layer" });

  test.each(results)("$id is killed by $killedBy", ({ killed, ratio, reason }) => {
    expect({ killed, ratio, reason }).toMatchObject({ killed: true });
    // a crash of the mutant itself proves nothing
    expect(reason).not.toMatch(/^(Type|Reference|Range)Error/);
  });
});

test("layer mutants have ids of their own, and name cases of the suite", () => {
  expect(new Set(layerMutants.map(({ id }) => id)).size).toBe(layerMutants.length);
  const ids = new Set(cases.map(({ id }) => id));
  for (const { killedBy } of layerMutants) expect(ids).toContain(killedBy);
});
