import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { developmentTable } from "./development/table.mjs";
import { embeddingsTable } from "./embeddings/table.mjs";
import { limitsTable } from "./limits-table.mjs";
import { peersTable } from "./peers/table.mjs";
import { paperTable, qualityTable } from "./quality/table.mjs";
import { taskNames } from "./quality/texts.mjs";
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
const mebibytes = (bytes) => `${whole(bytes / 2 ** 20)} MiB`;
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
  const recorded = read("scaling-blas");
  const [{ rare: first }] = recorded.results;
  return [
    `${machineOf(recorded, first)}, ${first.threads} thread, ${first.dtype}; d = ${first.features} + 1, m = ${first.batch}, K = ${first.targets}, ${first.loss} error. Medians; with refactoring (η = ${recorded.refactoringRate}), means. Memory is by what the process grew.`,
    "",
    table(
      [
        "outputs",
        "factored, ms",
        "p99",
        "with refactoring, ms",
        "steps between",
        "dense, ms",
        "ratio",
        "memory",
        "of it rows",
      ],
      recorded.results.map(({ outputs, rare, often, dense }) => [
        whole(outputs),
        round(rare.factored.medianMs, 3),
        round(rare.factored.p99Ms, 3),
        round(often.factored.meanMs, 3),
        whole(often.factored.steps / often.factored.refactorings),
        dense === undefined ? "not run" : round(dense.dense.medianMs, 1),
        dense === undefined ? "" : whole(dense.dense.medianMs / rare.factored.medianMs),
        mebibytes(rare.factored.residentBytes),
        mebibytes(rare.factored.rowBytes),
      ]),
    ),
  ].join("\n");
}

function backends() {
  const first = (name) => read(`step-${name}-1`).results[0];
  const [blas, wasm] = [first("blas"), first("wasm")];
  const speed = ({ factored }) => `${round(factored.medianMs, 1)} ms`;
  const link = (name) => `[${name}](packages/backend-${name}/README.md)`;
  return [
    table(
      ["backend", "needs", "numbers", "one step here", "limits"],
      [
        [link("blas"), "OpenBLAS, BLIS, MKL or Accelerate", "float32, float64", speed(blas), "Node"],
        [link("wasm"), "nothing", "float32, float64", speed(wasm), "4 GiB for a dense layer"],
        [link("webgpu"), "a GPU", "float32", "not measured yet", "run on software adapters so far"],
        [link("gpujs"), "a GPU", "float32", "not measured yet", "run on software adapters so far"],
        [link("ml-matrix"), "nothing", "float64", "–", "one thread, plain JavaScript"],
        ["[your own](packages/conformance/README.md)", "", "", "", "eight kernels, checked by the same suite"],
      ],
    ),
    "",
    `The step: ${whole(blas.outputs)} outputs, ${blas.features} features, ${blas.batch} examples, one thread; a dense step of that size takes ${whole(read("step-blas-1").dense.dense.medianMs)} ms on BLAS ([all shapes](benchmarks/README.md)). \`--backend auto\` takes the first that runs on real hardware.`,
  ].join("\n");
}

function step() {
  const recorded = read("step-blas-1");
  const two = read("step-blas-2");
  const wasm = read("step-wasm-1");
  const [first] = recorded.results;
  const median = ({ factored }) => round(factored.medianMs, 3);
  return [
    `${machineOf(recorded, first)}; WASM: ${wasm.results[0].kernel}. Medians of 1,000 steps; refactorings in them are in the records.`,
    "",
    table(
      ["outputs", "d", "m", "K", "loss", "steps", "goal, ms", "BLAS, ms", "p99", "BLAS, 2 threads", "WASM, ms"],
      recorded.results.map((result, i) => [
        whole(result.outputs),
        `${result.features} + 1`,
        result.batch,
        result.targets,
        result.loss,
        result.optimizer,
        result.goalMs,
        median(result),
        round(result.factored.p99Ms, 2),
        median(two.results[i]),
        median(wasm.results[i]),
      ]),
    ),
    "",
    `Dense, the first shape: ${whole(recorded.dense.dense.medianMs)} ms, ${whole(recorded.dense.speedup)} times the factored step interleaved with it.`,
  ].join("\n");
}

function upkeep() {
  const recorded = read("upkeep-blas");
  const { shape, repair, results } = recorded;
  const million = (count) => round(count / 1e6, 1);
  return [
    `${machineOf(recorded, recorded)}; D = ${whole(shape.outputs)}, d = ${shape.features - 1} + 1, m = ${shape.batch}, K = 1. Means of ${whole(results[0].times)} steps each, on rows aged by the refactorings that are given. One pass over V, which the papers' repair needs, takes ${whole(repair.passMs)} ms here.`,
    "",
    table(
      [
        "steps between",
        "aged by",
        "step, mean ms",
        "p99",
        "of it upkeep",
        "share",
        "forwarding",
        "products",
        "sweep",
        "eager repair, ms",
      ],
      results.map((result) => [
        result.stepsBetween === undefined ? "never" : round(result.stepsBetween, 0),
        whole(result.refactoringsBefore),
        round(result.meanMs, 2),
        round(result.p99Ms, 2),
        round(result.upkeepMs, 2),
        percent(result.share),
        ...[result.forwarding, result.products, result.sweep].map(
          ({ milliseconds, multiplyAdds }) => `${round(milliseconds, 2)} ms, ${million(multiplyAdds)} M`,
        ),
        result.eagerRepairMs >= 1 ? whole(result.eagerRepairMs) : round(result.eagerRepairMs, 2),
      ]),
    ),
  ].join("\n");
}

function overhead() {
  const recorded = read("overhead-blas");
  const named = recorded.parts.filter(({ callsPerStep }) => callsPerStep >= 0.9);
  const rest = recorded.parts.filter(({ callsPerStep }) => callsPerStep < 0.9);
  const sum = rest.reduce((total, { microseconds }) => total + microseconds, 0);
  return [
    `${machineOf(recorded, recorded)}, ${recorded.threads} thread; D = ${whole(recorded.outputs)}, d = ${recorded.features - 1} + 1, m = ${recorded.batch}. A step with timers takes ${whole(recorded.total)} µs, one without ${whole(recorded.undisturbed)} µs.`,
    "",
    table(
      ["part", "calls a step", "µs a step"],
      [
        ...named.map(({ part, callsPerStep, microseconds }) => [part, round(callsPerStep, 0), round(microseconds, 1)]),
        ["gemm of the batch's distinct rows with U", 1, round(sum, 1)],
        ["host: rows in and out, loss, checks, targets", "", round(recorded.host, 1)],
      ],
    ),
  ].join("\n");
}

function limits() {
  const [one, two] = [1, 2].map((count) => read(`limits-blas-${count}`));
  return limitsTable([one, two], { table, whole, round, machine: machineOf(one, one) });
}

function threads() {
  const recorded = read("threads");
  return [
    `${machineOf(recorded, recorded.results[0])}; the first shape above, best median of three processes each.`,
    "",
    table(
      ["backend", "one thread, ms", "two, ms", "times faster"],
      recorded.results.map(({ kernel, oneThreadMs, twoThreadsMs, speedup }) => [
        kernel,
        round(oneThreadMs, 3),
        round(twoThreadsMs, 3),
        round(speedup, 2),
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
  const recorded = read("second-order");
  const done = recorded.results.filter(({ failed }) => !failed);
  const best = ["sgd", "second-order"].map((optimizer) =>
    done.filter((result) => result.optimizer === optimizer).reduce((a, b) => (b.test.top1 > a.test.top1 ? b : a)),
  );
  const [{ steps, examples }] = best;
  return [
    `${machineOf(recorded, best[0])}: squared error, ${whole(steps)} steps of ${whole(examples / steps)} examples each; the best of ${recorded.results.length} pairs of rates.`,
    "",
    table(
      ["steps of the output layer", "η", "η of the body", "squared error", "top-1", "top-10"],
      best.map(({ optimizer, learningRate, bodyLearningRate, test }) => [
        optimizer,
        learningRate,
        bodyLearningRate,
        test.loss.toFixed(3),
        percent(test.top1),
        percent(test.top10),
      ]),
    ),
  ].join("\n");
}

function quality(task) {
  const recorded = read(`quality-${task}`);
  return qualityTable(recorded, { table, whole, round, percent, machine: machineOf(recorded, recorded) });
}

/** Each task takes its quarter of an hour, and is run on its own. */
function isRecorded(task) {
  return existsSync(resultFile(`quality-${task}.json`));
}

function paper() {
  const recorded = read("paper");
  return paperTable(recorded, { table, whole, round, machine: machineOf(recorded, recorded) });
}

function embeddings() {
  const recorded = read("embeddings");
  return embeddingsTable(recorded, { table, whole, round, machine: machineOf(recorded, recorded.results[0]) });
}

function development(name) {
  const recorded = read(name);
  return developmentTable(recorded, { table, whole, round, machine: machineOf(recorded, recorded) }).join("\n");
}

function fill(name, mark, text) {
  const before = readFileSync(file(name), "utf8");
  const pattern = new RegExp(`(<!-- ${mark} -->\n)[\\s\\S]*?(<!-- end -->)`);
  writeFileSync(file(name), before.replace(pattern, `$1\n${text}\n\n$2`));
}

fill("README.md", "backends", backends());
fill("README.md", "language-model", languageModel());
fill("benchmarks/README.md", "language-model", languageModel());
fill("benchmarks/README.md", "scaling", scaling());
fill("benchmarks/README.md", "step", step());
fill("benchmarks/README.md", "overhead", overhead());
fill("benchmarks/README.md", "limits", limits());
fill("benchmarks/README.md", "threads", threads());
fill("benchmarks/README.md", "upkeep", upkeep());
fill("benchmarks/README.md", "peers", peersTable(read("peers")));
fill("benchmarks/README.md", "stability", stability());
fill("benchmarks/README.md", "second-order", secondOrder());
for (const task of taskNames.filter(isRecorded)) fill("benchmarks/README.md", `quality-${task}`, quality(task));
fill("benchmarks/README.md", "embeddings", embeddings());
fill("benchmarks/README.md", "paper", paper());
for (const name of ["recommend", "tags"]) fill("benchmarks/README.md", name, development(name));
