import { loadavg } from "node:os";
import { freshBatches } from "../batches.mjs";
import { checkLayer, randomRows } from "./reference.mjs";

/**
 * The process of one peer: checks its step, finds its fastest form unless one is given, times it, and prints JSON.
 *
 *     node process.mjs '{"name": …, "threads": …, "shape": …, "learningRate": …, "steps": …, "warmUp": …, "form": …}'
 */

/** Outputs on which forms are compared: W is then several times larger than a cache. */
const tuningOutputs = 32_768;
const tuningRounds = 5;
const smallShape = { outputs: 50, features: 7, batch: 5 };
const smallBlock = 16;

const { name, threads, shape, learningRate, steps, warmUp, form: given } = JSON.parse(process.argv[2]);
try {
  const { createLayer, describeEngine, forms } = await import(`./${name}.mjs`);
  for (const form of forms) await checkLayer(createLayer, smallShape, { ...form, blockRows: smallBlock }, threads);
  const form = given ?? (await fastestForm(createLayer, forms));
  const partialBlock = Math.min(shape.outputs, (form.blockRows ?? smallBlock) + 3);
  await checkLayer(createLayer, { ...shape, outputs: partialBlock }, form, threads);
  const loadAverage = loadavg()[0];
  const times = await timeSteps(createLayer, form);
  print({ kernel: describeEngine(), form, loadAverage, dense: summarise(times) });
} catch (error) {
  print({ failed: describeFailure(error) });
}

/** The form with the least time of a step, all of them interleaved. */
async function fastestForm(createLayer, forms) {
  if (forms.length === 1) return forms[0];
  const outputs = Math.min(shape.outputs, tuningOutputs);
  const rivals = [];
  for (const form of forms)
    rivals.push({ form, ...(await timer(createLayer, { ...shape, outputs }, form)), least: Infinity });
  for (let round = 0; round < tuningRounds; round += 1) {
    for (const rival of rivals) rival.least = Math.min(rival.least, await rival.time());
  }
  for (const { release } of rivals) await release();
  return rivals.toSorted((a, b) => a.least - b.least)[0].form;
}

/** Milliseconds of each step after the first ones. */
async function timeSteps(createLayer, form) {
  const { time, release } = await timer(createLayer, shape, form);
  const times = [];
  for (let step = 0; step < warmUp + steps; step += 1) times.push(await time());
  await release();
  return times.slice(warmUp);
}

/** A layer, and what times one step of it on activations and targets of its own that are made before. */
async function timer(createLayer, layerShape, form) {
  const { step, release } = await createLayer(layerShape, form, threads, randomRows(layerShape.features, 1));
  const batches = freshBatches({ ...layerShape, dtype: "float32", seed: 3 });
  const time = async () => {
    const batch = batches.next().value;
    const start = performance.now();
    await step(batch, learningRate);
    return performance.now() - start;
  };
  return { time, release };
}

function summarise(times) {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    medianMs: (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2,
    minMs: sorted[0],
    p99Ms: sorted[Math.ceil(0.99 * sorted.length) - 1],
    steps: times.length,
  };
}

/** WebAssembly engines do not say that they ran out of memory: they stop somewhere. */
function describeFailure(error) {
  if (error instanceof WebAssembly.RuntimeError) return `it does not fit into WASM memory: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

function print(result) {
  process.stdout.write(`${JSON.stringify({ threads, ...result })}\n`);
}
