import { parseArgs } from "node:util";
import { parseLoss } from "@widehead/core";
import { drawErrors } from "./stability-figure.mjs";
import { watchDrift } from "./stability-large.mjs";
import { race } from "./stability-run.mjs";
import { record } from "./support.mjs";

/**
 * Errors over many steps on drifting activations and Zipf targets, at rates that force refactoring: the layer in float32
 * and float64, and the published method without repair and with eager repair, against dense float64 descent; then a wide
 * layer against itself recomputed. A quarter of an hour on one core.
 *
 *     npm run benchmark -- stability [--steps N] [--others N]
 *
 * `--steps` is for the layer in float32, also the wide one, for the layer in float64, and for the published method without
 * repair; `--others` for the rest.
 */

const { values } = parseArgs({
  options: { steps: { type: "string", default: "100000" }, others: { type: "string", default: "20000" } },
});
const [steps, others] = [Number(values.steps), Number(values.others)];
const shape = { outputs: 500, features: 16, batch: 16, seed: 1 };
const lengths = { float32: steps, float64: steps, unrepaired: steps, tight: others, rounded: others, eager: others };
/** Decay keeps the losses that ignore the scale of W, or are nearly blind to it, from coming to rest. */
const settings = [
  { loss: "squared", bias: 0, rates: { learningRate: 0.02, weightDecay: 0 } },
  { loss: "weighted-squared", bias: 0, rates: { learningRate: 0.1, weightDecay: 0 } },
  { loss: "spherical:epsilon=1", bias: 1, rates: { learningRate: 3, weightDecay: 1e-3 } },
  { loss: "spherical:epsilon=0.01", bias: 1, rates: { learningRate: 1, weightDecay: 1e-3 } },
  { loss: "taylor", bias: 0, rates: { learningRate: 5, weightDecay: 1e-3 } },
  { loss: "z", bias: 0, rates: { learningRate: 5, weightDecay: 1e-3 } },
  { loss: "cosine", bias: 0, rates: { learningRate: 0.5, weightDecay: 1e-2 } },
];
const wide = { shape: { ...shape, outputs: 200_000 }, steps, interval: steps / 10 };
const target = { loss: 1e-5, hiddenGradient: 1e-3 };

const races = [];
for (const { loss, bias, rates } of settings) {
  const results = await race({ loss: parseLoss(loss), bias, rates, lengths, shape, window: 1_000 });
  races.push({ loss, bias, rates, results });
  for (const result of results) process.stdout.write(`${loss}, ${describe(result)}\n`);
}

const drifts = [];
for (const { loss, rates } of settings.filter(({ loss }) => ["squared", "cosine"].includes(loss))) {
  const measured = await watchDrift({ ...wide, loss: parseLoss(loss), rates });
  drifts.push({ loss, rates, measured });
  process.stdout.write(`${loss}, ${wide.shape.outputs} outputs: ${JSON.stringify(measured.at(-1))}\n`);
}

record("stability", { shape, target, lengths, races, wide: { ...wide, drifts } });
drawErrors("stability", races, target.loss);

function describe({ method, end, worst, last, diagnostics }) {
  if (end !== undefined) return `${method}: ended at step ${end.step}, ${end.reason}`;
  const [loss, gradient] = [worst.loss, worst.hiddenGradient].map((error) => error.toExponential(1));
  const refactorings = diagnostics === undefined ? "" : `, ${diagnostics.refactorings} refactorings`;
  return `${method}: loss ${loss}, hidden gradient ${gradient}, weights ${last.weights.toExponential(1)}${refactorings}`;
}
