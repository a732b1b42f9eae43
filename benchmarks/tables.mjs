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

function stability() {
  const recorded = read("stability");
  const { shape, lengths, races, wide } = recorded;
  const error = (value) => value.toExponential(1);
  const errorOf = ({ end, worst }) => (end === undefined ? error(worst.loss) : `out at step ${whole(end.step)}`);
  return [
    `${machineOf(recorded, { kernel: "plain loops" })}; D = ${shape.outputs}, d = m = ${shape.features}, K = 1, ${whole(lengths.float32)} float32 steps. Errors of a batch's loss, relative to max(loss, ‖y‖²), and of its hidden gradient, relative: the worst batch of all, and the worst of the last 1,000.`,
    "",
    table(
      [
        "loss",
        "η",
        "decay",
        "refactorings",
        "loss",
        "… at the end",
        "hidden gradient",
        "… at the end",
        "published method",
      ],
      races.map(({ loss, rates, results }) => {
        const { float32, unrepaired } = byMethod(results);
        const { worst, last, diagnostics } = float32;
        return [
          loss,
          rates.learningRate,
          rates.weightDecay,
          whole(diagnostics.refactorings),
          ...[worst.loss, last.loss, worst.hiddenGradient, last.hiddenGradient].map(error),
          errorOf(unrepaired),
        ];
      }),
    ),
    "",
    `Error of the loss again, worst of ${whole(lengths.tight)} steps. Rounded is dense descent in float64 whose weights are rounded to float32 once a step, and nothing else: no method that stores float32 can be expected to do better.`,
    "",
    table(
      [
        "loss",
        "float32",
        "float32, conditionLimit 3",
        "published, eager repair",
        "rounded",
        `float64, ${whole(lengths.float64)} steps`,
      ],
      races.map(({ loss, results }) => {
        const { float32, tight, eager, rounded, float64 } = byMethod(results);
        const worst = float32.curves.loss.filter((_, i) => float32.curves.step[i] <= lengths.tight);
        return [loss, error(Math.max(...worst)), ...[tight, eager, rounded, float64].map(errorOf)];
      }),
    ),
    "",
    `D = ${whole(wide.shape.outputs)} in float32, against itself recomputed every ${whole(wide.interval)} steps: drift in between, at most, and what was there after ${whole(wide.steps)} steps.`,
    "",
    table(
      ["loss", "drift of Q", "drift of w̄", "refactorings", "links kept", "chain, of all memory", "rows swept"],
      wide.drifts.map(({ loss, measured }) => {
        const { refactorings, chainLinks, chainBytes, bytes, sweptRows } = measured.at(-1);
        const most = (key) => error(Math.max(...measured.map((entry) => entry[key])));
        const share = percent(chainBytes / bytes);
        return [
          loss,
          most("gramDrift"),
          most("sumDrift"),
          whole(refactorings),
          whole(chainLinks),
          share,
          whole(sweptRows),
        ];
      }),
    ),
  ].join("\n");
}

function byMethod(results) {
  return Object.fromEntries(results.map((result) => [result.method, result]));
}

function secondOrder() {
  const runs = ["loss-squared-steps-2000", "loss-squared-optimizer-second-order-steps-2000"].map((name) =>
    read(`language-model-${name}`),
  );
  const [{ result }] = runs;
  return [
    `${machineOf(runs[0], result)}: squared error, ${whole(result.steps)} steps of ${whole(result.examples / result.steps)} examples each.`,
    "",
    table(
      ["steps of the output layer", "squared error", "top-1", "top-10"],
      runs.map(({ result: { optimizer, test } }) => [
        optimizer,
        test.loss.toFixed(3),
        percent(test.top1),
        percent(test.top10),
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
fill("benchmarks/README.md", "stability", stability());
fill("benchmarks/README.md", "second-order", secondOrder());
