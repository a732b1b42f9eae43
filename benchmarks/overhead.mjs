import { parseArgs } from "node:util";
import { FactoredLayer, squaredError } from "@widehead/core";
import { createBackend } from "./backends.mjs";
import { freshBatches, median } from "./batches.mjs";
import { record } from "./support.mjs";

/**
 * Where the time of one step goes: kernel by kernel, products apart by shape, and what is left to the host. Timers cost a
 * little, so the sum lies above the time of an undisturbed step, which is measured in turns with it.
 *
 *     npm run benchmark -- overhead [--backend blas] [--threads 1] [--batch 128] [--features 300] [--outputs 793471]
 */

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "blas" },
    threads: { type: "string", default: "1" },
    outputs: { type: "string", default: "793471" },
    features: { type: "string", default: "300" },
    batch: { type: "string", default: "128" },
  },
});
const [outputs, features, batch] = [values.outputs, values.features, values.batch].map(Number);
const [warmUp, steps] = [200, 1_000];
const kernels = ["gemm", "rowDots", "combine", "addTranspose", "luSolve", "sampledDots", "sparseGemm", "fill"];

const backend = await createBackend(values.backend, { threads: Number(values.threads) });
const spent = new Map();
let watching = false;
for (const name of [...kernels, "write", "readMany"]) watch(name);
const shape = { outputs, features: features + 1, batch, dtype: backend.numerics.dtype };
const layer = await FactoredLayer.create({ backend, ...shape, loss: squaredError() });

const times = { watched: [], undisturbed: [] };
const gradientInto = new Float32Array(batch * shape.features);
const batches = freshBatches({ ...shape, seed: 1 });
for (let step = 0; step < warmUp + steps; step += 1) {
  const { hidden, targets } = batches.next().value;
  if (step === warmUp) spent.clear();
  watching = step % 2 === 0;
  const start = performance.now();
  await layer.train(hidden, targets, { learningRate: 1e-3, gradientInto });
  const milliseconds = performance.now() - start;
  if (step >= warmUp) times[watching ? "watched" : "undisturbed"].push(milliseconds);
}

await layer[Symbol.asyncDispose]();
await backend[Symbol.asyncDispose]();

const watchedSteps = times.watched.length;
const parts = [...spent]
  .map(([part, { milliseconds, calls }]) => ({
    part,
    callsPerStep: calls / watchedSteps,
    microseconds: (1e3 * milliseconds) / watchedSteps,
  }))
  .sort((a, b) => b.microseconds - a.microseconds);
const total = (1e3 * times.watched.reduce((sum, time) => sum + time, 0)) / watchedSteps;
const host = total - parts.reduce((sum, { microseconds }) => sum + microseconds, 0);
const undisturbed = 1e3 * median(times.undisturbed);
const { kernel, threads } = backend;
record(`overhead-${values.backend}`, { kernel, threads, ...shape, undisturbed, total, host, parts });
for (const { part, microseconds, callsPerStep } of parts) {
  process.stdout.write(
    `${microseconds.toFixed(1).padStart(8)} µs  ${callsPerStep.toFixed(1).padStart(5)} calls  ${part}\n`,
  );
}
process.stdout.write(
  `${host.toFixed(1).padStart(8)} µs               host\n${total.toFixed(1).padStart(8)} µs               in all; undisturbed, median ${undisturbed.toFixed(1)} µs (${kernel})\n`,
);

/** Adds up the time of a kernel's calls while watching. */
function watch(name) {
  const original = backend[name].bind(backend);
  backend[name] = (...args) => {
    if (!watching) return original(...args);
    const start = performance.now();
    const result = original(...args);
    const part = partOf(name, args);
    const sum = spent.get(part) ?? { milliseconds: 0, calls: 0 };
    sum.milliseconds += performance.now() - start;
    sum.calls += 1;
    spent.set(part, sum);
    return result;
  };
}

function partOf(name, [a, , out, options]) {
  if (name !== "gemm") return name;
  const inner = options?.transposeA ? a.rows : a.columns;
  return `gemm ${out.rows} × ${inner} × ${out.columns}`;
}
