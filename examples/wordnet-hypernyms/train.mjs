import { parseArgs } from "node:util";
import {
  DenseLayer,
  FactoredLayer,
  secondOrder,
  softmaxCrossEntropy,
  sphericalSoftmax,
  squaredError,
  zLoss,
} from "@widehead/core";
import { SparseBatches } from "@widehead/data";
import { rowNeighbors, SparseModel, train } from "@widehead/network";
import { createBackend } from "../backend.mjs";
import { processorMilliseconds } from "../clock.mjs";
import { percent, report, table, whole } from "../report.mjs";
import { wordNetFolder } from "../wordnet/install.mjs";
import { readGlosses } from "./glosses.mjs";
import { judge } from "./judge.mjs";

/**
 * A tagger: from the words of a noun's definition to its hypernym, one of 17 thousand synsets.
 *
 *     node examples/wordnet-hypernyms/train.mjs [--steps N] [--wordnet FOLDER] [--record]
 */

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "3000" },
    wordnet: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const steps = Number(values.steps);
const [features, batchSize, seed] = [128, 128, 1];
const data = readGlosses(values.wordnet ?? wordNetFolder(), seed);
const backend = await createBackend();
// Hidden activations end in a constant 1, so that the last weights are biases.
const layer = { backend, outputs: data.labels.length, features: features + 1 };
// At outputs of 0 the spherical softmax has no slope.
const initial = { offset: new Float64Array(features + 1).fill(0.3, features) };

/** Exact at a cost that does not depend on the number of labels: which loss is best, held-out synsets say. */
const factored = [
  {
    name: "Z-loss",
    createHead: () => FactoredLayer.create({ ...layer, loss: zLoss({ alpha: 1, beta: 10 }) }),
    learningRate: 30,
    bodyLearningRate: 0.03,
  },
  {
    name: "spherical softmax",
    createHead: () => FactoredLayer.create({ ...layer, loss: sphericalSoftmax({ epsilon: 0.1 }), initial }),
    learningRate: 30,
    bodyLearningRate: 0.03,
  },
  {
    name: "squared error, second order",
    createHead: () => FactoredLayer.create({ ...layer, loss: squaredError(), preconditioner: secondOrder() }),
    learningRate: 0.02,
    bodyLearningRate: 0.01,
  },
];
const softmax = {
  createHead: () => DenseLayer.create({ ...layer, loss: softmaxCrossEntropy() }),
  learningRate: 16,
  bodyLearningRate: 0.03,
};

const candidates = [];
for (const method of factored) candidates.push(await trained(method, { steps }));
const [best] = candidates.toSorted((a, b) => b.validation.reciprocalRank - a.validation.reciprocalRank);
const results = [
  best,
  await trained({ ...softmax, name: "softmax, dense, as long" }, { minutes: best.seconds / 60 }),
  await trained({ ...softmax, name: "softmax, dense, as many steps" }, { steps }),
  await neighbors(),
];
report(import.meta.url, {
  record: values.record,
  result: { kernel: backend.kernel, words: data.words, labels: data.labels.length, candidates, results },
  lines: [
    ...table([
      ["", "steps", "seconds", "first (P@1)", "among five", "mean 1/rank"],
      ...results.map(({ name, steps, seconds, test }) => [
        name,
        steps === undefined ? "" : whole(steps),
        seconds.toFixed(1),
        percent(test.first),
        percent(test.firstFive),
        test.reciprocalRank.toFixed(3),
      ]),
    ]),
  ],
});
await backend[Symbol.asyncDispose]();

/** A model trained within `limit`, { steps } or { minutes }, and judged. Seconds are of processor time. */
async function trained({ name, createHead, learningRate, bodyLearningRate }, limit) {
  const model = SparseModel.create({
    backend,
    head: await createHead(),
    inputs: data.words,
    embedding: features,
    inputActivation: "tanh",
    hidden: [],
    seed,
    bodyOptimizer: { name: "adam", learningRate: bodyLearningRate },
  });
  const batches = new SparseBatches(data.train.input, data.train.targets, { batchSize, seed });
  const { state } = await train(model, batches, {
    ...limit,
    headLearningRate: learningRate,
    schedule: { warmupSteps: 50, decay: "linear", finalFraction: 0.05 },
    now: processorMilliseconds,
  });
  const [validation, test] = await Promise.all(
    [data.validation, data.test].map(({ input, targets }) => judge(model, input, targets)),
  );
  process.stderr.write(`${name}: mean 1/rank ${validation.reciprocalRank.toFixed(3)} on validation synsets\n`);
  await model[Symbol.asyncDispose]();
  return { name, learningRate, bodyLearningRate, steps: state.step, seconds: state.seconds, validation, test };
}

/** Nothing to train: the hypernyms of the most similar definitions. */
async function neighbors() {
  const begin = processorMilliseconds();
  const ranker = rowNeighbors(data.train.bags, data.train.targets, { neighbors: 20 });
  const test = await judge(ranker, data.test.bags, data.test.targets);
  return { name: "nearest neighbours", seconds: (processorMilliseconds() - begin) / 1000, test };
}
