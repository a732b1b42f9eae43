import { gpujsIn } from "@widehead/backend-gpujs";
import { briefSizes } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import lock from "../../packages/backend-gpujs/conformance.lock.json" with { type: "json" };

describeBackend(gpujsIn("webgl2"), { lock, sizes: briefSizes });
