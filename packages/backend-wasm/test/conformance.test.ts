import { wasm } from "@widehead/backend-wasm";
import { cases } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import { describe } from "vitest";
import lock from "../conformance.lock.json" with { type: "json" };
import { availableCores } from "../src/threads/host.ts";

describeBackend(wasm, { lock, options: { dtype: "float32" } });
describeBackend(wasm, { lock, options: { dtype: "float64" } });

describe.skipIf(availableCores() < 2)("on two threads", () => {
  const calls = cases.filter(({ id }) => /^(kernel|backend|step)\//.test(id));
  describeBackend(wasm, { cases: calls, options: { dtype: "float32", threads: 2 } });
  describeBackend(wasm, { cases: calls, options: { dtype: "float64", threads: 2 } });
});
