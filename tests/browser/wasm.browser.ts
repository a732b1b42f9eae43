import { wasm } from "@widehead/backend-wasm";
import { briefSizes, type Case, cases } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import { describe } from "vitest";
import lock from "../../packages/backend-wasm/conformance.lock.json" with { type: "json" };

describeBackend(wasm, { lock, sizes: briefSizes });

/** What threads can get wrong shows in kernels and in steps. */
const threaded = ({ id }: Case) => /^(kernel|backend|step)\//.test(id);

describe("two threads", () => {
  describeBackend(wasm, { cases: cases.filter(threaded), options: { dtype: "float32", threads: 2 } });
});
