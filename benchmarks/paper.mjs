import { parseArgs } from "node:util";
import { createRandom, DenseLayer, FactoredLayer, squaredError } from "@widehead/core";
import { HierarchicalSoftmaxLayer, SparseModel } from "@widehead/network";
import { createBackend } from "./backends.mjs";
import { median } from "./batches.mjs";
import { processorMilliseconds } from "./quality/clock.mjs";
import { record } from "./support.mjs";

/**
 * Table 1 of Vincent et al. 2015 on this machine: time of a step of the output layer alone, and of the whole model with
 * ten words as sparse input and two hidden layers of 300, for the factored and the dense layer with squared error and
 * for hierarchical softmax. One thread, processor time, the three in turn. Takes 6 GB of memory.
 *
 *     npm run benchmark -- paper [--outputs 793471]
 */

const { values } = parseArgs({ options: { outputs: { type: "string", default: "793471" } } });
const shape = { outputs: Number(values.outputs), hidden: 300, batch: 128, words: 10 };
/** Rounds, of so many steps of each; those of the first are not counted. */
const rounds = 8;
const stepsOf = { factored: 25, dense: 2, hierarchical: 25 };
const learningRate = 1e-3;

const backend = await createBackend("blas", { dtype: "float32", threads: 1 });
const random = createRandom(1);
const layer = { backend, outputs: shape.outputs, features: shape.hidden + 1 };
const counts = Float64Array.from({ length: shape.outputs }, (_, id) => 1 / (id + 1));
const models = {
  factored: modelOf(await FactoredLayer.create({ ...layer, loss: squaredError() })),
  dense: modelOf(await DenseLayer.create({ ...layer, loss: squaredError() })),
  hierarchical: modelOf(await HierarchicalSoftmaxLayer.create({ ...layer, counts })),
};

const times = Object.keys(models).map((name) => ({ name, layer: [], model: [] }));
for (let round = 0; round <= rounds; round += 1) {
  for (const { name, ...taken } of times) {
    for (let step = 0; step < stepsOf[name]; step += 1) {
      const { layerMs, modelMs } = await timeStep(models[name]);
      if (round === 0) continue;
      taken.layer.push(layerMs);
      taken.model.push(modelMs);
    }
  }
}

const dense = times.find(({ name }) => name === "dense");
const results = times.map(({ name, ...taken }) => {
  const [layerMs, modelMs] = [taken.layer, taken.model].map(median);
  const [layerSpeedup, modelSpeedup] = [median(dense.layer) / layerMs, median(dense.model) / modelMs];
  const timesFaster = `${layerSpeedup.toFixed(1)} and ${modelSpeedup.toFixed(1)} times the dense one`;
  process.stdout.write(`${name}: layer ${layerMs.toFixed(2)} ms, model ${modelMs.toFixed(2)} ms, ${timesFaster}\n`);
  return { name, layerMs, modelMs, layerSpeedup, modelSpeedup, steps: taken.layer.length };
});
record("paper", { shape, kernel: backend.kernel, results });
for (const model of Object.values(models)) await model[Symbol.asyncDispose]();
await backend[Symbol.asyncDispose]();

/** Plain descent, as in the paper; the input layer and one dense layer are the two hidden ones. */
function modelOf(head) {
  return SparseModel.create({
    backend,
    head,
    inputs: shape.outputs,
    embedding: shape.hidden,
    inputBias: true,
    inputActivation: "tanh",
    hidden: [shape.hidden],
    seed: 1,
    bodyOptimizer: { name: "sgd", learningRate },
  });
}

async function timeStep(model) {
  const batch = freshBatch();
  const { input, targets } = freshBatch();
  const hidden = await model.hidden(input);
  const gradientInto = new Float32Array(hidden.data.length);
  return {
    layerMs: await timed(() => model.head.train(hidden, targets, { learningRate, gradientInto })),
    modelMs: await timed(() => model.train(batch, { learningRate })),
  };
}

async function timed(work) {
  const start = processorMilliseconds();
  await work();
  return processorMilliseconds() - start;
}

/** Ten different words as input and one as target, by Zipf's law. */
function freshBatch() {
  const { batch: rows, words, outputs } = shape;
  const ids = Array.from({ length: rows }, () => {
    const example = new Set();
    while (example.size < words) example.add(frequentWord());
    return [...example].toSorted((a, b) => a - b);
  });
  const offsets = (length) => Uint32Array.from({ length: rows + 1 }, (_, row) => row * length);
  return {
    input: { rows, columns: outputs, offsets: offsets(words), ids: Uint32Array.from(ids.flat()) },
    targets: { rows, outputs, offsets: offsets(1), ids: Uint32Array.from({ length: rows }, frequentWord) },
  };
}

function frequentWord() {
  return Math.min(shape.outputs - 1, Math.floor((shape.outputs + 1) ** random.uniform()) - 1);
}
