import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { squaredError } from "@widehead/core";
import { timeSteps } from "../../apps/cli/dist/benchmark.js";
import { describeAdapter, findAdapter, isSoftware, requestDevice } from "../../packages/backend-webgpu/dist/adapter.js";
import { WebGpuBackend } from "../../packages/backend-webgpu/dist/backend.js";
import { recordOfCard } from "./card.mjs";
import { gpuTimer } from "./gpu-timer.mjs";

/**
 * One training step through WebGPU, in wall time and in the GPU's own time, and a dense step on the same card where PyTorch
 * is there. See README.md for what it needs.
 *
 *     node benchmarks/gpu/step.mjs [--outputs 793471] [--features 300] [--batch 128] [--targets 1] [--steps 500]
 */

const { values } = parseArgs({
  options: {
    outputs: { type: "string", default: "793471" },
    features: { type: "string", default: "300" },
    batch: { type: "string", default: "128" },
    targets: { type: "string", default: "1" },
    steps: { type: "string", default: "500" },
  },
});
const { steps, ...shape } = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
/** The dense step on one core of a Zen 5, blocked C and OpenBLAS, in milliseconds for the usual shape alone. */
const denseCpuMs = shape.outputs === 793_471 && shape.features === 300 && shape.batch === 128 ? 863 : undefined;
const warmUp = 20;

const adapter = await findAdapter();
if (typeof adapter === "string") {
  process.stderr.write(`${adapter}\n`);
  process.exit(1);
}
const timed = adapter.features.has("timestamp-query");
const device = await requestDevice(adapter, timed ? ["timestamp-query"] : []);
const timer = timed ? gpuTimer(device) : undefined;
const kernel = describeAdapter(adapter);
const backend = new WebGpuBackend(device, kernel);

const layer = { ...shape, features: shape.features + 1, loss: squaredError(), learningRate: 1e-5 };
const { factored } = await timeSteps(
  { backend, ...layer, memoryLimit: Number.POSITIVE_INFINITY },
  { steps, warmUp, denseEvery: undefined },
  { now: timer?.now ?? (() => performance.now()), residentMemory: () => process.memoryUsage().rss },
);
const gpuTimes = (await timer?.read())?.slice(warmUp).sort((one, other) => one - other);
const gpuMedianMs = gpuTimes?.[Math.floor(gpuTimes.length / 2)];
await backend[Symbol.asyncDispose]();
const dense = timeDense();

const wall = `wall ${factored.medianMs.toFixed(3)} ms (p99 ${factored.p99Ms.toFixed(3)})`;
const gpu = gpuMedianMs === undefined ? "no timestamp queries" : `GPU ${gpuMedianMs.toFixed(3)} ms`;
process.stdout.write(`${kernel}: ${wall}, ${gpu}, ${factored.refactorings} refactorings\n`);
process.stdout.write(
  typeof dense === "string"
    ? `no dense step: ${dense}\n`
    : `dense on ${dense.card}: ${dense.medianMs.toFixed(2)} ms, ${(dense.medianMs / factored.medianMs).toFixed(0)} times the factored step's wall time\n`,
);
recordOfCard("gpu-step", {
  kernel,
  software: isSoftware(adapter),
  ...shape,
  factored,
  gpuMedianMs,
  dense,
  denseCpuMs,
});

/** The same step on all D outputs through cuBLAS, or why there is none. */
function timeDense() {
  const script = fileURLToPath(new URL("dense.py", import.meta.url));
  const sizes = [shape.outputs, shape.features + 1, shape.batch, 20].map(String);
  const { status, stdout, stderr, error } = spawnSync("python3", [script, ...sizes], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : (error?.message ?? stderr.trim().split("\n").at(-1));
}
