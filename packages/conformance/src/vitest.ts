import type { BackendModule } from "@widehead/core";
import { describe, expect, test } from "vitest";
import type { Case } from "./case.ts";
import { cases as allCases } from "./cases/index.ts";
import { type RunOptions, runCase, skipReason } from "./run.ts";

declare module "vitest" {
  interface TaskMeta {
    /** Of a test of the suite: what computes, or "not available". */
    conformance?: string;
  }
}

/** A backend's `conformance.lock.json`: the cases that it is let off, and why. */
export interface ConformanceLock {
  readonly skips: readonly { readonly id: string; readonly reason: string }[];
}

export interface DescribeOptions extends RunOptions {
  /** All of the suite unless told. */
  readonly cases?: readonly Case[];
  /** Pins the skips: any difference fails. */
  readonly lock?: ConformanceLock;
}

/**
 * One vitest test for each case, named by its id. A backend that is not available here is skipped with its reason, unless
 * the environment variable `CONFORMANCE_REQUIRE` (names, separated by commas) asks for it.
 */
export function describeBackend(module: BackendModule, options: DescribeOptions = {}): void {
  const { cases = allCases, lock, ...run } = options;
  const dtype = run.options?.dtype;
  describe(dtype === undefined ? module.name : `${module.name} ${dtype}`, async () => {
    const probe = await module.probe();
    if (!probe.available) {
      test("available", { meta: { conformance: "not available" } }, ({ skip }) => {
        if (isRequired(module.name)) expect.fail(`CONFORMANCE_REQUIRE: ${module.name} is missing: ${probe.reason}`);
        skip(probe.reason);
      });
      return;
    }
    if (lock !== undefined) {
      test("skips what its lock file says", () => {
        expect(skipsOf(module, cases)).toEqual(lock.skips);
      });
    }
    for (const definition of cases) {
      test(definition.id, { meta: { conformance: probe.kernel } }, async ({ skip }) => {
        const { status, reason, sizes } = await runCase(module, definition, run);
        if (status === "skip") skip(reason);
        if (status === "fail") expect.fail(`${reason} at ${JSON.stringify(sizes ?? {})}`);
      });
    }
  });
}

/** What the lock file of this backend must hold. */
function skipsOf(module: BackendModule, cases: readonly Case[]): ConformanceLock["skips"] {
  return cases.flatMap((definition) => {
    const reason = skipReason(module, definition);
    return reason === undefined ? [] : [{ id: definition.id, reason }];
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment: of the process, or in a browser what vitest's `test.env` hands on. */
function environment(): Environment {
  const { process } = globalThis as { readonly process?: { readonly env?: Environment } };
  return process?.env ?? (import.meta as { readonly env?: Environment }).env ?? {};
}

function isRequired(name: string): boolean {
  const required = environment().CONFORMANCE_REQUIRE ?? "";
  return required
    .split(",")
    .map((item) => item.trim())
    .includes(name);
}
