import { describe, expect, test } from "vitest";
import {
  briefSizes,
  type Case,
  cases,
  defineCase,
  formatReport,
  mutated,
  product,
  referenceModule,
  runCase,
  runReport,
  type Sizes,
} from "../src/index.ts";

const base: Omit<Case, "run"> = {
  id: "test/case",
  title: "a case",
  plan: "to test the suite",
  needs: [],
  sizes: [{ n: 1 }, { n: 2 }, { n: 3 }],
  tolerance: { kind: "bound", value: ({ n }) => n!, statement: "n" },
};

function caseOf(run: Case["run"], changes: Partial<Case> = {}): Case {
  return defineCase({ ...base, run, ...changes });
}

describe("defineCase and product", () => {
  test("refuse ids that are no paths, and no sizes", () => {
    const run = async () => {};
    for (const id of ["", "word", "Upper/case", "a//b", "a/b/"]) {
      expect(() => caseOf(run, { id })).toThrowError(expect.objectContaining({ code: "ERR_OPTION" }));
    }
    expect(() => caseOf(run, { sizes: [] })).toThrowError(expect.objectContaining({ code: "ERR_OPTION" }));
  });

  test("gives every combination", () => {
    expect(product({ m: [1, 2], d: [3, 4] })).toEqual([
      { m: 1, d: 3 },
      { m: 1, d: 4 },
      { m: 2, d: 3 },
      { m: 2, d: 4 },
    ]);
  });
});

describe("briefSizes", () => {
  const sizes: Sizes[] = [{ m: 3 }, { m: 2, steps: 1 }, { m: 1, steps: 100 }];
  const run = async () => {};

  test("leaves a case as it is where fewer steps would say something else", () => {
    expect(briefSizes(caseOf(run, { sizes }))).toEqual(sizes);
  });

  test("keeps every shape, with fewer steps", () => {
    const brief = briefSizes(caseOf(run, { id: "long/case", sizes: [...sizes, { m: 4, steps: 1000 }] }));
    expect(brief.map(({ m }) => m)).toEqual([3, 2, 1, 4]);
    expect(brief.slice(0, 3)).toEqual(sizes);
    expect(brief[3]?.steps).toBeLessThan(1000);
  });

  test.each([/^step\//, /^run\//, /^second-order\/.*\/fixed$/, /^second-order\/.*\/full$/])(
    "divides the shapes of %s among its cases, which leaves out none",
    (ids) => {
      const group = cases.filter(({ id }) => ids.test(id));
      const shapes = (of: readonly Sizes[]) => of.map(({ steps, ...shape }) => JSON.stringify(shape));
      const all = new Set(group.flatMap((definition) => shapes(definition.sizes)));
      expect(new Set(group.flatMap((definition) => shapes(briefSizes(definition))))).toEqual(all);
      for (const definition of group) {
        const brief = briefSizes(definition).length;
        expect(brief).toBeGreaterThan(0);
        expect(brief).toBeLessThanOrEqual(Math.ceil(definition.sizes.length / 2));
      }
    },
  );
});

describe("runCase", () => {
  test("runs a case at other sizes where it is told so, but never at none", async () => {
    const seen: Sizes[] = [];
    const recording = caseOf(async (_, sizes) => {
      seen.push(sizes);
    });
    await runCase(referenceModule, recording, { sizes: ({ sizes }) => [...sizes.slice(1), { n: 9 }] });
    expect(seen).toEqual([{ n: 2 }, { n: 3 }, { n: 9 }]);
    const result = await runCase(referenceModule, recording, { sizes: () => [] });
    expect(result).toMatchObject({ status: "fail", reason: expect.stringContaining("ERR_OPTION") });
  });

  test("keeps the worst observed / allowed and where it was seen", async () => {
    const seen = caseOf(async ({ bound, expectWithin }, { n }) => expectWithin("what", n === 2 ? 1 : 0.1, bound));
    const result = await runCase(referenceModule, seen);
    expect(result.status).toBe("pass");
    expect(result.worst).toEqual({ ratio: 0.5, label: "what", sizes: { n: 2 } });
  });

  test("fails beyond the bound, at the sizes where it happened", async () => {
    const failing = caseOf(async ({ bound, expectWithin }, { n }) => expectWithin("what", n === 2 ? 20 : 0, bound));
    const result = await runCase(referenceModule, failing);
    expect(result).toMatchObject({ status: "fail", sizes: { n: 2 }, worst: { ratio: 10, label: "what" } });
    expect(result.reason).toContain("what");
  });

  test("NaN passes nothing, and the result survives JSON", async () => {
    const runs: Case["run"][] = [
      async ({ expectWithin }) => expectWithin("nan", Number.NaN, 1),
      async ({ expectWithin }) => expectWithin("nan allowed", 0.5, Number.NaN),
      async ({ expectClose }) => expectClose("nan entry", [1, Number.NaN], [1, 1], 1),
      async ({ expectClose }) => expectClose("zero allowed", [1, 2], [1, 1], [0, 0]),
      async ({ expectClose }) => expectClose("lengths", [1], [1, 1], 1),
      async ({ expectExact }) => expectExact("exact", [1, 2], [1, 3]),
    ];
    for (const run of runs) {
      const result = await runCase(referenceModule, caseOf(run));
      expect(result.status).toBe("fail");
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    }
  });

  test("a derived tolerance gives no bound to lean on", async () => {
    const leaning = caseOf(async ({ bound, expectWithin }) => expectWithin("what", 0, bound), {
      tolerance: { kind: "derived", statement: "in the case" },
    });
    expect((await runCase(referenceModule, leaning)).status).toBe("fail");
  });

  test("a case that leaves a buffer behind fails", async () => {
    const leaking = caseOf(async ({ backend }) => {
      backend.allocate(1, 1);
    });
    expect(await runCase(referenceModule, leaking)).toMatchObject({ status: "fail", sizes: { n: 1 } });
  });

  test("skips only for a flag, and says which", async () => {
    const threaded = caseOf(async () => {}, { needs: ["deterministic", "threads"] });
    expect(await runCase(referenceModule, threaded)).toMatchObject({
      status: "skip",
      reason: "supports.threads is false",
    });
  });

  test("expectCode wants that code and no other", async () => {
    const right = caseOf(async ({ backend, expectCode, expectExact }) => {
      const { details } = await expectCode("ERR_SHAPE", () => backend.allocate(-1, 1));
      expectExact("details", Number(details.actual), -1);
    });
    const wrong = caseOf(({ backend, expectCode }) => expectCode("ERR_OPTION", () => backend.allocate(-1, 1)).then());
    const none = caseOf(({ expectCode }) => expectCode("ERR_OPTION", () => {}).then());
    const statuses = await Promise.all([right, wrong, none].map((item) => runCase(referenceModule, item)));
    expect(statuses.map(({ status }) => status)).toEqual(["pass", "fail", "fail"]);
  });

  test("a backend that cannot be made fails the case", async () => {
    const result = await runCase(
      referenceModule,
      caseOf(async () => {}),
      { options: { threads: 2 } },
    );
    expect(result.status).toBe("fail");
    expect(result.reason).toContain("ERR_UNSUPPORTED");
  });

  test("disposes the backend, also when the case throws", async () => {
    let disposed = 0;
    const counting = mutated(referenceModule, {
      id: "counting",
      title: "counts disposals",
      killedBy: "",
      mutate: (backend) =>
        Object.assign(backend, {
          [Symbol.asyncDispose]: async () => {
            disposed += 1;
          },
        }),
    });
    await runCase(
      counting,
      caseOf(async () => {}),
    );
    await runCase(
      counting,
      caseOf(async () => {
        throw new Error("broken");
      }),
    );
    expect(disposed).toBe(2);
  });
});

describe("runReport", () => {
  const pass = caseOf(async ({ expectWithin }) => expectWithin("what", 0.25, 1), { id: "test/pass" });
  const skip = caseOf(async () => {}, { id: "test/skip", needs: ["threads"] });
  const fail = caseOf(async ({ expectExact }) => expectExact("what", 1, 2), { id: "test/fail" });

  test("is plain data with totals, and the worst status wins", async () => {
    const heard: string[] = [];
    const report = await runReport(referenceModule, {
      options: { dtype: "float32" },
      cases: [pass, skip, fail],
      onResult: ({ id }) => heard.push(id),
    });
    expect(report).toMatchObject({ backend: "reference", dtype: "float32", status: "fail" });
    expect(report.totals).toEqual({ pass: 1, skip: 1, fail: 1 });
    expect(heard).toEqual(["test/pass", "test/skip", "test/fail"]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect((await runReport(referenceModule, { cases: [pass, skip] })).status).toBe("pass");
    expect((await runReport(referenceModule, { cases: [skip] })).status).toBe("skip");
  });

  test("reads as text: a line for each case, then the summary", async () => {
    const lines = formatReport(await runReport(referenceModule, { cases: [pass, skip, fail] })).split("\n");
    expect(lines[0]).toMatch(/^pass {2}test\/pass .*0\.25 \(what\) at n=1$/);
    expect(lines[1]).toMatch(/^skip {2}test\/skip .*supports\.threads is false$/);
    expect(lines[2]).toMatch(/^fail {2}test\/fail .*at n=1$/);
    expect(lines.at(-1)).toMatch(/1 passed, 1 failed, 1 skipped$/);
  });
});
