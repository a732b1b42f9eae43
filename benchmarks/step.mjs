import { parseArgs } from "node:util";
import { shapes, usual } from "./shapes.mjs";
import { record, widehead } from "./support.mjs";

/**
 * Time of one training step over the shapes of the goals, each in a process of its own, on fresh activations and Zipf
 * targets, all rows there: at rates where refactoring is rarer than once in 1,000 steps. With `--dense`, the dense step
 * of the first shape too (a few minutes).
 *
 *     npm run benchmark -- step [--backend blas] [--threads 1] [--dense]
 */

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "blas" },
    threads: { type: "string", default: "1" },
    dense: { type: "boolean", default: false },
  },
});
const { backend, threads } = values;
const results = shapes.map(({ goals, ...row }) => {
  const shape = { ...usual, ...row };
  const options = Object.entries(shape).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const result = widehead("bench", "step", "--backend", backend, "--threads", threads, "--steps", "1000", ...options);
  const { medianMs, p99Ms, refactorings } = result.factored;
  process.stdout.write(
    `${options.join(" ")}: ${medianMs.toFixed(3)} ms, p99 ${p99Ms.toFixed(2)} ms, ${refactorings} refactorings (${result.kernel}, load ${result.loadAverage.toFixed(1)})\n`,
  );
  return { ...result, goalMs: backend === "blas" ? goals[Number(threads) - 1] : undefined };
});
const dense = values.dense ? timeDense() : undefined;
record(`step-${backend}-${threads}`, { results, dense });

/** Factored and dense steps interleaved in one process. */
function timeDense() {
  const options = Object.entries(usual).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const run = ["--backend", backend, "--threads", threads, "--steps", "150", "--dense"];
  const result = widehead("bench", "step", ...run, ...options);
  process.stdout.write(
    `dense: ${result.dense.medianMs.toFixed(0)} ms, ${result.speedup.toFixed(0)} times the factored step\n`,
  );
  return result;
}
