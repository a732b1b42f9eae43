import { gpujsIn } from "@widehead/backend-gpujs";
import { briefSizes, type Case, cases, type Sizes } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import { describe } from "vitest";
import lock from "../conformance.lock.json" with { type: "json" };

/** A step is some forty calls of gpu.js, of ten microseconds each or more whatever the size: 50,000 of them take a minute. */
function sizes(definition: Case): readonly Sizes[] {
  return definition.id.startsWith("long/") ? briefSizes(definition) : definition.sizes;
}

describe("webasm", () => describeBackend(gpujsIn("webasm"), { lock, sizes }));

/** The layers above the kernels are the same. */
const kernelCases = cases.filter(({ id }) => /^(backend|kernel)\//.test(id));
describe("cpu", () => describeBackend(gpujsIn("cpu"), { lock, cases: kernelCases }));
