import { blas } from "@widehead/backend-blas";
import { cases } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import { describe } from "vitest";
import lock from "../conformance.lock.json" with { type: "json" };

describeBackend(blas, { lock, options: { dtype: "float32" } });
describeBackend(blas, { lock, options: { dtype: "float64" } });

const threadable = await blas.create({ threads: 2 }).then(
  async (backend) => {
    await backend[Symbol.asyncDispose]();
    return true;
  },
  () => false,
);

describe.skipIf(!threadable)("on two threads", () => {
  const calls = cases.filter(({ id }) => /^(kernel|backend)\//.test(id));
  describeBackend(blas, { cases: calls, options: { dtype: "float32", threads: 2 } });
});
