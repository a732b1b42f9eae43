import { parseArgs } from "node:util";
import { createRandom, FactoredLayer, sphericalSoftmax } from "@widehead/core";
import {
  ContextBatches,
  ContextDataset,
  readDocuments,
  SENTENCE_END,
  splitDocuments,
  tokenize,
  Vocabulary,
} from "@widehead/data";
import { evaluateSplit, LanguageModel, train } from "@widehead/network";
import { createBackend } from "../backend.mjs";
import { report, table, whole } from "../report.mjs";

/**
 * A language model of the State of the Union addresses: which word follows five others?
 *
 *     node examples/state-of-the-union/train.mjs [--steps N] [--record]
 */

const { values } = parseArgs({
  options: { steps: { type: "string", default: "30000" }, record: { type: "boolean", default: false } },
});
const steps = Number(values.steps);
const prompts = ["The people of the United States", "We must", "Last year I asked the Congress to"];
const [context, features, batchSize, seed] = [5, 128, 128, 1];

// Whole addresses are held out; a word that the others have only once is <unk>.
const split = splitDocuments((await readDocuments("sotu")).map(({ text }) => tokenize(text)));
const vocabulary = Vocabulary.fromTokens(split.train.flat());
const [training, test] = [split.train, split.test].map((documents) => {
  const encoded = documents.map((tokens) => vocabulary.encode(tokens));
  return new ContextDataset(encoded, { context, padding: vocabulary.sentenceEnd });
});

// Hidden activations end in a constant 1, so that the last weights are biases. All start at 0.3: at 0 the loss has no slope.
const offset = new Float64Array(features + 1).fill(0.3, features);
const backend = await createBackend();
const head = await FactoredLayer.create({
  backend,
  outputs: vocabulary.size,
  features: features + 1,
  loss: sphericalSoftmax({ epsilon: 0.1 }),
  initial: { offset, seed },
});
const model = LanguageModel.create({
  backend,
  head,
  vocabularySize: vocabulary.size,
  context,
  embedding: 48,
  hidden: [features],
  seed,
  bodyOptimizer: { name: "adam", learningRate: 0.004 },
});

const { state } = await train(model, new ContextBatches(training, { batchSize, seed }), {
  steps,
  headLearningRate: 6,
  schedule: { warmupSteps: 50, decay: "linear", finalFraction: 0.05 },
  onProgress: ({ step, perplexity }) => {
    if (step % 3000 === 0) process.stderr.write(`step ${step}: perplexity ${perplexity.toFixed(0)}\n`);
  },
});
const { perplexity, examples } = await evaluateSplit(model, test.inOrder(batchSize));

const random = createRandom(seed);
const continuations = [];
for (const prompt of prompts) continuations.push(await continuation(prompt));
report(import.meta.url, {
  record: values.record,
  result: { kernel: backend.kernel, words: vocabulary.size, ...state, curve: undefined, perplexity, continuations },
  lines: [
    ...table([
      ["words", "examples", "seconds", `perplexity of ${whole(examples)} held-out words`],
      [whole(vocabulary.size), whole(state.examples), whole(state.seconds), perplexity.toFixed(1)],
    ]),
    "",
    continuations.map((text) => `> ${text}`).join("\n\n"),
  ],
});
await model[Symbol.asyncDispose]();
await backend[Symbol.asyncDispose]();

/** The prompt to the end of its sentence, or 20 words further. */
async function continuation(prompt) {
  const ids = [...Array(context).fill(vocabulary.sentenceEnd), ...vocabulary.encode(tokenize(prompt).slice(0, -1))];
  const added = [];
  while (added.length < 20 && added.at(-1) !== vocabulary.sentenceEnd) {
    added.push(await nextWord([...ids, ...added].slice(-context)));
  }
  const words = added.map((id) => vocabulary.wordOf(id)).filter((word) => word !== SENTENCE_END);
  return `${prompt} … ${words.join(" ").replaceAll(/ (?=[,.;:!?])/g, "")}`;
}

/** One of the ten most probable words, drawn by their probabilities; never <unk>. */
async function nextWord(words) {
  const { ids, probabilities } = await model.predict(Uint32Array.from(words), 10);
  const weights = probabilities.map((probability, i) => (ids[i] === vocabulary.unknown ? 0 : probability));
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight);
  return ids.find((_, i) => {
    left -= weights[i];
    return left < 0;
  });
}
