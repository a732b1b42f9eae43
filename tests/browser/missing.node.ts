import { env } from "node:process";
import type {} from "@widehead/conformance/vitest";
import { describe, expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";

const reason = `no browser: ${chromiumPath} does not exist (Debian: apt-get install chromium, or set CHROMIUM)`;

describe("a browser", () => {
  test("every backend", { meta: { conformance: "not available" } }, ({ skip }) => {
    const required = env.CONFORMANCE_REQUIRE;
    if (required) expect.fail(`CONFORMANCE_REQUIRE_IN_BROWSER=${required}: ${reason}`);
    skip(reason);
  });
});
