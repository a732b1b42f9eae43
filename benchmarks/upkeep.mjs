import { parseArgs } from "node:util";
import { FactoredLayer, squaredError } from "@widehead/core";
import { createBackend } from "./backends.mjs";
import { freshBatches, median } from "./batches.mjs";
import { record } from "./support.mjs";
import { eagerRepair } from "./upkeep-eager.mjs";
import { UpkeepMeter } from "./upkeep-meter.mjs";

/**
 * What it costs to keep the factors well conditioned, on rows of all ages: layers that refactor every 14, 40 and 200
 * steps or so, and never, are aged by at least 200 refactorings each and then timed in turns, for about as long as a sweep
 * takes to go round. Beside it, what the papers' eager repair would cost at the same rate on the same machine. Ten minutes,
 * and 4 GiB.
 *
 *     npm run benchmark -- upkeep [--backend blas] [--outputs 793471] [--refactorings 200] [--steps 24000]
 */

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "blas" },
    outputs: { type: "string", default: "793471" },
    refactorings: { type: "string", default: "200" },
    steps: { type: "string", default: "24000" },
  },
});
const [outputs, ageing, steps] = [values.outputs, values.refactorings, values.steps].map(Number);
const [turnSteps, warmUpSteps] = [100, 10];
const shape = { outputs, features: 301, batch: 128 };
const rates = [
  { wanted: 14, learningRate: 0.13 },
  { wanted: 40, learningRate: 0.07 },
  { wanted: 200, learningRate: 0.018 },
  { wanted: "never", learningRate: 1e-5 },
];

const backend = await createBackend(values.backend);
const meter = new UpkeepMeter(backend);
const batches = freshBatches({ ...shape, dtype: backend.numerics.dtype, seed: 1 });
const gradientInto = new Float32Array(shape.batch * shape.features);
const runs = [];
for (const rate of rates) runs.push(await aged(rate));
for (let turn = 0; turn < steps / turnSteps; turn += 1) for (const run of runs) await takeTurn(run);
const repair = await eagerRepair(backend, shape, batches);
const results = await Promise.all(runs.map(summary));
for (const { layer } of runs) await layer[Symbol.asyncDispose]();
await backend[Symbol.asyncDispose]();

record(`upkeep-${values.backend}`, { kernel: backend.kernel, threads: backend.threads, shape, repair, results });
for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);

async function aged({ wanted, learningRate }) {
  const layer = await FactoredLayer.create({ backend, ...shape, loss: squaredError() }, meter.parts);
  const run = { wanted, learningRate, layer, times: [], spent: meter.nothing(), aged: 0, before: undefined };
  const enough = async () =>
    wanted === "never" ? run.aged >= 500 : (await layer.diagnostics()).refactorings >= ageing;
  do {
    for (let step = 0; step < 100; step += 1) await train(run);
    run.aged += 100;
  } while (!(await enough()));
  run.before = await layer.diagnostics();
  process.stdout.write(`${wanted}: ${run.aged} steps, ${run.before.refactorings} refactorings\n`);
  return run;
}

function train({ layer, learningRate }) {
  const { hidden, targets } = batches.next().value;
  const start = performance.now();
  return layer.train(hidden, targets, { learningRate, gradientInto }).then(() => performance.now() - start);
}

/** A few steps that are not timed first: a layer in use has the caches to itself. */
async function takeTurn(run) {
  for (let step = 0; step < warmUpSteps; step += 1) await train(run);
  for (let step = 0; step < turnSteps; step += 1) {
    meter.reset();
    run.times.push(await train(run));
    run.spent = meter.addedTo(run.spent);
  }
}

/** Milliseconds and multiply-adds are means over the steps. */
async function summary({ wanted, learningRate, layer, times, spent, aged, before }) {
  const after = await layer.diagnostics();
  const meanMs = mean(times);
  const plainMs = mean(runs.at(-1).times);
  const of = ({ milliseconds, multiplyAdds }) => ({
    milliseconds: milliseconds / times.length,
    multiplyAdds: multiplyAdds / times.length,
  });
  const [forwarding, products, sweep] = [spent.forwarding, spent.products, spent.sweep].map(of);
  const sorted = times.toSorted((a, b) => a - b);
  const refactorings = after.refactorings - before.refactorings;
  return {
    wanted,
    times: times.length,
    learningRate,
    stepsBefore: aged,
    refactoringsBefore: before.refactorings,
    stepsBetween: refactorings === 0 ? undefined : (after.steps - before.steps) / refactorings,
    meanMs,
    medianMs: median(times),
    p99Ms: sorted[Math.floor(0.99 * sorted.length)],
    forwarding,
    products,
    sweep,
    upkeepMs: meanMs - plainMs,
    share: (meanMs - plainMs) / plainMs,
    eagerRepairMs: repair.millisecondsAt(learningRate),
    rowProductsPerStep: (after.rowProducts - before.rowProducts) / (after.steps - before.steps),
    chainLinks: after.chainLinks,
    sweptRows: after.sweptRows,
  };
}

function mean(times) {
  return times.reduce((sum, time) => sum + time, 0) / times.length;
}
