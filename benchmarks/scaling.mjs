import { drawStepTimes } from "./figure.mjs";
import { record, widehead } from "./support.mjs";

/**
 * Time of one training step against the number of outputs, factored and dense: the claim that the factored step does not
 * depend on D, measured. Each width is a process of its own, in which factored and dense steps are interleaved.
 *
 *     npm run benchmark -- scaling [backend]
 */

const backend = process.argv[2] ?? "ml-matrix";
const shape = { features: 128, batch: 32, targets: 1, loss: "squared" };
const widths = [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
/** A dense step beyond this takes longer than anyone would wait. */
const widestDense = 100_000;

const options = Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
const results = widths.map((outputs) => {
  const dense = outputs <= widestDense ? ["--dense"] : [];
  const args = ["--backend", backend, "--outputs", String(outputs), "--steps", "60", ...options, ...dense];
  const result = widehead("bench", "step", ...args);
  process.stdout.write(
    `${outputs} outputs: factored ${result.factored.medianMs.toFixed(2)} ms, dense ${result.dense?.medianMs.toFixed(1) ?? "–"} ms\n`,
  );
  return result;
});

record(`scaling-${backend}`, { shape, results });

const points = results.flatMap(({ outputs, factored, dense }) => [
  { outputs, milliseconds: factored.medianMs, layer: "factored" },
  ...(dense ? [{ outputs, milliseconds: dense.medianMs, layer: "dense" }] : []),
]);
drawStepTimes(`scaling-${backend}`, points);
