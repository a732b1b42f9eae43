import { briefSizes, formatReport, runReport } from "@widehead/conformance";
import { webGpu } from "../../packages/backend-webgpu/dist/index.js";
import { recordOfCard } from "./card.mjs";

/** The conformance suite through WebGPU in Node; with fewer steps where the GPU is an emulation. */

const probe = await webGpu.probe();
if (!probe.available) {
  process.stderr.write(`${probe.reason}\n`);
  process.exit(1);
}
const report = await runReport(webGpu, {
  ...(probe.software && { sizes: briefSizes }),
  onResult: ({ id, status, milliseconds }) => process.stderr.write(`${status} ${id} ${milliseconds} ms\n`),
});
process.stdout.write(`${formatReport(report)}\n`);
recordOfCard("gpu-conform", {
  kernel: probe.kernel,
  software: probe.software,
  limits: probe.details,
  totals: report.totals,
  failed: report.results.filter(({ status }) => status === "fail"),
});
process.exitCode = report.totals.fail > 0 ? 1 : 0;
