import { parseArgs } from "node:util";
import { drawStepTimes } from "./figure.mjs";
import { record, widehead } from "./support.mjs";

/**
 * Time of one training step, and memory, against the number of outputs: the claim that the factored step does not depend
 * on D, measured, at a rate where refactoring is rare and at one where it is due every forty steps or so; and the dense
 * step. Each width is a process of its own, in which factored and dense steps are interleaved.
 *
 *     npm run benchmark -- scaling [--backend blas] [--widest 10000000] [--widest-dense 1000000]
 */

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "blas" },
    widest: { type: "string", default: "10000000" },
    "widest-dense": { type: "string", default: "1000000" },
  },
});
const { backend } = values;
const [widest, widestDense] = [values.widest, values["widest-dense"]].map(Number);
const shape = { features: 128, batch: 128, targets: 1, loss: "squared" };
/** Of the second series; the first has the command's own. */
const refactoringRate = 0.07;
const widths = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000].filter((width) => width <= widest);

const options = Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
const results = widths.map((outputs) => {
  const args = ["--backend", backend, "--outputs", String(outputs), ...options];
  const rare = widehead("bench", "step", "--steps", "1000", ...args);
  const often = widehead("bench", "step", "--steps", "1000", "--learning-rate", String(refactoringRate), ...args);
  const dense = outputs <= widestDense ? widehead("bench", "step", "--steps", "50", "--dense", ...args) : undefined;
  const milliseconds = (time) => time.toFixed(3);
  process.stdout.write(
    `${outputs} outputs: ${milliseconds(rare.factored.medianMs)} ms, refactoring ${milliseconds(often.factored.meanMs)} ms, dense ${dense?.dense.medianMs.toFixed(1) ?? "–"} ms\n`,
  );
  return { outputs, rare, often, dense };
});

record(`scaling-${backend}`, { shape, refactoringRate, results });

const points = results.flatMap(({ outputs, rare, dense }) => [
  { outputs, milliseconds: rare.factored.medianMs, layer: "factored" },
  ...(dense ? [{ outputs, milliseconds: dense.dense.medianMs, layer: "dense" }] : []),
]);
drawStepTimes(`scaling-${backend}`, points);
