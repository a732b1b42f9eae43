import { createRandom } from "@widehead/core";
import { freshBatches } from "../batches.mjs";

/** Largest error allowed, relative to the largest number of what is compared: float32 sums of a few thousand terms. */
const tolerance = 1e-5;
const learningRate = 0.05;

/** Initial rows of W [D, d], uniform, the same for the same seed when they are asked for in order. */
export function randomRows(features, seed) {
  const random = createRandom(seed);
  const scale = 2 / Math.sqrt(features);
  return (_first, count) => {
    const rows = new Float32Array(count * features);
    for (let i = 0; i < rows.length; i += 1) rows[i] = scale * (random.uniform() - 0.5);
    return rows;
  };
}

/**
 * Holds two steps of a layer against plain float64 loops: loss, hidden gradient, and every row of W.
 *
 * @throws Error that names what is off
 */
export async function checkLayer(createLayer, shape, form, threads) {
  const { outputs, features } = shape;
  const layer = await createLayer(shape, form, threads, randomRows(features, 1));
  const weights = Float64Array.from(randomRows(features, 1)(0, outputs));
  const batches = freshBatches({ ...shape, dtype: "float32", seed: 2 });
  for (let step = 1; step <= 2; step += 1) {
    const batch = batches.next().value;
    const { loss, hiddenGradient } = await layer.step(batch, learningRate);
    const expected = referenceStep(weights, batch);
    compare(`loss of step ${step}`, [loss], [expected.loss]);
    compare(`hidden gradient of step ${step}`, hiddenGradient, expected.hiddenGradient);
  }
  for (let id = 0; id < outputs; id += 1) {
    compare(`row ${id} of W`, layer.row(id), weights.subarray(id * features, (id + 1) * features));
  }
  await layer.release();
}

/** L = (1/m) Σ ‖W h − y‖², its gradient to H, and W ← W − η ∇W: by the definition. */
function referenceStep(weights, { hidden, targets }) {
  const { rows: m, columns: d, data: h } = hidden;
  const hiddenGradient = new Float64Array(m * d);
  const errors = new Float64Array(m);
  let loss = 0;
  for (let id = 0; id < targets.outputs; id += 1) {
    const row = weights.subarray(id * d, (id + 1) * d);
    for (let j = 0; j < m; j += 1) {
      let output = 0;
      for (let f = 0; f < d; f += 1) output += row[f] * h[j * d + f];
      errors[j] = output - (targets.ids[j] === id ? 1 : 0);
      loss += errors[j] ** 2 / m;
    }
    for (let j = 0; j < m; j += 1) {
      for (let f = 0; f < d; f += 1) hiddenGradient[j * d + f] += (2 / m) * errors[j] * row[f];
    }
    for (let j = 0; j < m; j += 1) {
      for (let f = 0; f < d; f += 1) row[f] -= ((2 * learningRate) / m) * errors[j] * h[j * d + f];
    }
  }
  return { loss, hiddenGradient };
}

function compare(what, actual, expected) {
  let [largest, error] = [0, 0];
  for (let i = 0; i < expected.length; i += 1) {
    largest = Math.max(largest, Math.abs(expected[i]));
    error = Math.max(error, Math.abs(actual[i] - expected[i]));
  }
  if (actual.length === expected.length && error <= tolerance * largest) return;
  throw new Error(`${what} is off by ${error}, where ${tolerance * largest} is allowed`);
}
