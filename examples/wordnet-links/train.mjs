import { parseArgs } from "node:util";
import { DenseLayer, FactoredLayer, secondOrder, softmaxCrossEntropy, weightedSquaredError } from "@widehead/core";
import { SparseBatches } from "@widehead/data";
import { popularity, SparseModel, train } from "@widehead/network";
import { createBackend } from "../backend.mjs";
import { processorMilliseconds } from "../clock.mjs";
import { percent, report, table, whole } from "../report.mjs";
import { wordNetFolder } from "../wordnet/install.mjs";
import { judgeLinks } from "./judge.mjs";
import { readLinks } from "./links.mjs";

/**
 * Link completion: a synset and a relation are given, 118 thousand synsets are possible answers, any number of them right.
 *
 *     node examples/wordnet-links/train.mjs [--steps N] [--wordnet FOLDER] [--record]
 */

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "10000" },
    wordnet: { type: "string" },
    record: { type: "boolean", default: false },
  },
});
const [features, batchSize, seed] = [128, 128, 1];
const data = readLinks(values.wordnet ?? wordNetFolder(), seed);
const backend = await createBackend();
// Hidden activations end in a constant 1, so that the last weights are biases.
const layer = { backend, outputs: data.synsets, features: features + 1 };

const factored = await trained(
  {
    name: "weighted squared error, factored",
    head: await FactoredLayer.create({
      ...layer,
      loss: weightedSquaredError({ zeroWeight: 0.01 }),
      preconditioner: secondOrder(),
    }),
    learningRate: 0.1,
    bodyLearningRate: 0.01,
  },
  { steps: Number(values.steps) },
);
const dense = await trained(
  {
    name: "softmax, dense, as long",
    head: await DenseLayer.create({ ...layer, loss: softmaxCrossEntropy() }),
    learningRate: 16,
    bodyLearningRate: 0.03,
  },
  { minutes: factored.seconds / 60 },
);
const most = popularity(data.train.links, data.inputs);
const results = [factored, dense, { name: "popularity", test: await judgeLinks(most, data.test) }];

report(import.meta.url, {
  record: values.record,
  result: { kernel: backend.kernel, synsets: data.synsets, questions: data.train.input.rows, results },
  lines: table([
    ["", "steps", "seconds", "ms a step", "mean 1/rank", "among ten"],
    ...results.map(({ name, steps, seconds, test }) => [
      name,
      ...(steps === undefined
        ? ["", "", ""]
        : [whole(steps), seconds.toFixed(1), ((1000 * seconds) / steps).toFixed(1)]),
      test.reciprocalRank.toFixed(3),
      percent(test.hitsAt10),
    ]),
  ]),
});
await backend[Symbol.asyncDispose]();

/** A model trained within `limit`, { steps } or { minutes }, and judged. Seconds are of processor time. */
async function trained({ name, head, learningRate, bodyLearningRate }, limit) {
  const model = SparseModel.create({
    backend,
    head,
    inputs: data.inputs,
    embedding: features,
    combine: "sum",
    inputActivation: "tanh",
    hidden: [],
    seed,
    bodyOptimizer: { name: "adam", learningRate: bodyLearningRate },
  });
  const batches = new SparseBatches(data.train.input, data.train.links, { batchSize, seed });
  const { state } = await train(model, batches, {
    ...limit,
    headLearningRate: learningRate,
    schedule: { warmupSteps: 50, decay: "linear", finalFraction: 0.05 },
    now: processorMilliseconds,
  });
  const test = await judgeLinks(model, data.test);
  process.stderr.write(`${name}: mean 1/rank ${test.reciprocalRank.toFixed(3)}\n`);
  await model[Symbol.asyncDispose]();
  return { name, learningRate, bodyLearningRate, steps: state.step, seconds: state.seconds, test };
}
