import { env } from "node:process";
import { expect, test } from "vitest";
import { chromiumPath } from "./chromium.ts";

const reason = `no browser: ${chromiumPath} does not exist (Debian: apt-get install chromium, or set CHROMIUM)`;

test("every backend in a browser", ({ skip }) => {
  if (env.CONFORMANCE_REQUIRE) expect.fail(`CONFORMANCE_REQUIRE=${env.CONFORMANCE_REQUIRE}: ${reason}`);
  skip(reason);
});
