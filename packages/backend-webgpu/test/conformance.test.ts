import { webGpu } from "@widehead/backend-webgpu";
import { briefSizes } from "@widehead/conformance";
import { describeBackend } from "@widehead/conformance/vitest";
import lock from "../conformance.lock.json" with { type: "json" };

const probe = await webGpu.probe();
const isSlow = probe.available && probe.software;

describeBackend(webGpu, { lock, ...(isSlow && { sizes: briefSizes }) });
