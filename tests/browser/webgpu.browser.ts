import { webGpu } from "@widehead/backend-webgpu";
import { briefSizes } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import lock from "../../packages/backend-webgpu/conformance.lock.json" with { type: "json" };

describeBackend(webGpu, { lock, sizes: briefSizes });
