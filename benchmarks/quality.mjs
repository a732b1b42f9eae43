import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createBackend } from "./backends.mjs";
import { measureBigram } from "./quality/counting.mjs";
import { curveOf, timesSooner } from "./quality/curve.mjs";
import { drawQuality } from "./quality/figure.mjs";
import { methods } from "./quality/methods.mjs";
import { search } from "./quality/search.mjs";
import { readTask, taskNames } from "./quality/texts.mjs";
import { seed, shape, trainWithin } from "./quality/train.mjs";
import { record, resultFile } from "./support.mjs";

/**
 * Every output layer on the same network and text, tuned alike, for the same processor time and for the same steps:
 * those that the dense softmax does in that time, or with `--epochs` those of so many epochs. Says how much sooner than
 * the dense softmax each reaches what that reaches at the end.
 *
 * The record is written after each method; `--methods` runs some again, beside what stands there of the same budget and network.
 *
 *     npm run benchmark -- quality [--task large|bigrams|sotu] [--seconds 30 | --epochs 1] [--positions 4096] [--methods z,nce]
 */

const { values } = parseArgs({
  options: {
    task: { type: "string", default: "large" },
    seconds: { type: "string", default: "30" },
    epochs: { type: "string" },
    positions: { type: "string", default: "4096" },
    methods: { type: "string" },
  },
});
const positions = Number(values.positions);
if (!taskNames.includes(values.task)) throw new Error(`--task: one of ${taskNames.join(", ")}, got ${values.task}`);
const asked = values.methods?.split(",") ?? Object.keys(methods);
const unknown = asked.filter((name) => !Object.hasOwn(methods, name));
if (unknown.length > 0)
  throw new Error(`--methods: some of ${Object.keys(methods).join(", ")}, got ${unknown.join(", ")}`);
const print = (text) => process.stdout.write(`${text}\n`);

const backend = await createBackend("blas", { dtype: "float32", threads: 1 });
const task = await readTask(values.task);
const budget =
  values.epochs === undefined
    ? { seconds: Number(values.seconds) }
    : { steps: Math.ceil((Number(values.epochs) * task.train.size) / shape.batch) };
print(`${values.task}: ${task.outputs} outputs, ${task.train.size} examples, ${JSON.stringify(budget)} each`);

const { outputs, train } = task;
const facts = { task: values.task, outputs, examples: train.size, kernel: backend.kernel, shape, budget, positions };
const bigram = task.text && measureBigram(task, { positions, seed });
if (bigram) print(`Kneser-Ney bigram ${describe({ setting: {}, test: bigram })}`);

const results = new Map(values.methods === undefined ? [] : recordedResults());
for (const name of asked) {
  const method = methods[name];
  const context = { backend, task, method, positions };
  const runs = await search(budget, context, (run) => print(`${name} ${describe(run)}`));
  const curve = curveOf(runs);
  const best = curve.at(-1);
  const { steps } = results.get("softmax")?.equalSteps ?? best;
  const equalSteps = best.steps === steps ? best : await trainWithin({ steps }, { ...context, setting: best.setting });
  const sooner = timesSooner(curve, results.get("softmax")?.curve ?? curve);
  print(`${name} at equal steps ${describe(equalSteps)}; sooner ${JSON.stringify(sooner)}`);
  results.set(name, { method: name, factored: method.factored, runs, curve, equalSteps, sooner });
  const ordered = Object.keys(methods).flatMap((each) => results.get(each) ?? []);
  record(`quality-${values.task}`, { ...facts, results: ordered, bigram });
  for (const axis of ["seconds", "steps"]) drawQuality(`quality-${values.task}`, ordered, axis);
}
await backend[Symbol.asyncDispose]();

function recordedResults() {
  const file = resultFile(`quality-${values.task}.json`);
  if (!existsSync(file)) return [];
  const recorded = JSON.parse(readFileSync(file, "utf8"));
  const [ours, theirs] = [facts, recorded].map((each) => JSON.stringify([each.budget, each.positions, each.shape]));
  if (ours !== theirs)
    throw new Error(`--methods: the record has budget, positions and shape ${theirs}, this run ${ours}`);
  return recorded.results.map((result) => [result.method, result]);
}

function describe({ setting, failed, steps, seconds, test }) {
  const rates = Object.values(setting).join(" ");
  if (failed !== undefined) return `${rates}: ${failed}`;
  const spent = steps === undefined ? "" : `${steps} steps, ${seconds.toFixed(1)} s, `;
  const perplexity = test.perplexity === undefined ? "" : `perplexity ${test.perplexity.toFixed(1)}, `;
  return `${rates}: ${spent}${perplexity}top-1 ${test.top1.toFixed(3)}, top-10 ${test.top10.toFixed(3)}`;
}
