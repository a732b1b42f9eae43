import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resultFile } from "./support.mjs";

/**
 * Writes the recorded results into the READMEs, between their marks, so that no figure there is typed by hand.
 *
 *     npm run benchmark -- tables
 */

const file = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name) => JSON.parse(readFileSync(resultFile(`${name}.json`), "utf8"));
const round = (value, digits) => value.toFixed(digits);
const whole = (value) => Math.round(value).toLocaleString("en");
const percent = (value) => `${round(100 * value, 1)} %`;
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

function machineOf({ machine, node }, { kernel }) {
  return `${machine.processor}, ${machine.cores} cores, Node ${node.slice(1)}, ${kernel}`;
}

function languageModel() {
  const recorded = read("language-model");
  const { result } = recorded;
  const { test, baselines, stepTimes } = result;
  return [
    `${machineOf(recorded, result)}: ${whole(result.examples)} examples in ${whole(result.seconds)} s, ${whole(result.vocabulary)} words.`,
    "",
    table(
      [`held-out text, ${whole(test.positions)} positions`, "perplexity", "top-1", "top-10"],
      [
        [`this model, ${result.loss}`, whole(test.perplexity), percent(test.top1), percent(test.top10)],
        ["unigram", whole(baselines.unigram), "", ""],
        ["Kneser-Ney bigram", whole(baselines.kneserNeyBigram), "", ""],
      ],
    ),
    "",
    `One step of the output layer: factored ${round(stepTimes.factored.medianMs, 1)} ms, dense ${whole(stepTimes.dense.medianMs)} ms, ${round(stepTimes.speedup, 1)} times faster.`,
  ].join("\n");
}

function scaling() {
  const recorded = read("scaling-ml-matrix");
  const [first] = recorded.results;
  return [
    `${machineOf(recorded, first)}, ${first.threads} thread; d = ${first.features} + 1, m = ${first.batch}, K = ${first.targets}, ${first.loss} error. Medians of steps interleaved in one process.`,
    "",
    table(
      ["outputs", "factored, ms", "dense, ms", "ratio"],
      recorded.results.map(({ outputs, factored, dense, speedup }) => [
        whole(outputs),
        round(factored.medianMs, 2),
        dense === undefined ? "not run" : round(dense.medianMs, 1),
        speedup === undefined ? "" : whole(speedup),
      ]),
    ),
  ].join("\n");
}

function fill(name, mark, text) {
  const before = readFileSync(file(name), "utf8");
  const pattern = new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- end -->)`);
  writeFileSync(file(name), before.replace(pattern, `$1\n${text}\n\n$2`));
}

fill("README.md", "language-model", languageModel());
fill("benchmarks/README.md", "language-model", languageModel());
fill("benchmarks/README.md", "scaling", scaling());
