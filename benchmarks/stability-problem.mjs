import { createRandom, hostMatrix, sparseTargets } from "@widehead/core";

/** Pull of the wandering means and scales towards where they began, a step, and the deviation that they keep about it. */
const pull = 1e-3;
const wander = 0.3;

/**
 * An endless stream of batches as a hidden layer gives them: features tanh(scale · (pattern of the target + noise) + mean),
 * each with a mean and a scale that wander slowly, the last one the constant that serves as bias; one target of value 1
 * an example, by Zipf's law. Activations are rounded to float32, so that every precision trains on the same numbers.
 */
export function* driftingBatches({ outputs, features, batch, seed }) {
  const random = createRandom(seed);
  const patterns = Float32Array.from({ length: outputs * features }, () => random.normal());
  const means = walk(features, random);
  const scales = walk(features, random);
  for (;;) {
    const [mean, scale] = [means.next().value, scales.next().value];
    // D^x for uniform x has the density of Zipf's law with exponent 1
    const ids = Uint32Array.from({ length: batch }, () => Math.floor(outputs ** random.uniform()) - 1);
    const hidden = hostMatrix(batch, features, new Float32Array(batch * features).fill(1));
    for (let j = 0; j < batch; j += 1) {
      for (let f = 0; f < features - 1; f += 1) {
        const signal = patterns[ids[j] * features + f] + random.normal();
        hidden.data[j * features + f] = Math.tanh(0.7 * Math.exp(scale[f]) * signal + mean[f]);
      }
    }
    yield { hidden, targets: sparseTargets.fromIds(outputs, ids) };
  }
}

/** An Ornstein–Uhlenbeck walk about 0, each component by itself. */
function* walk(length, random) {
  const place = new Float64Array(length);
  for (;;) {
    for (let i = 0; i < length; i += 1) place[i] += Math.sqrt(2 * pull) * wander * random.normal() - pull * place[i];
    yield place;
  }
}

/**
 * Weights [D, d] to begin with, rounded to float32: small normal rows, and a bias in the last column.
 */
export function startingWeights({ outputs, features, bias, seed }) {
  const random = createRandom(seed).fork("weights");
  const data = Float32Array.from({ length: outputs * features }, (_, at) => {
    const weight = (0.1 * random.normal()) / Math.sqrt(features);
    return at % features === features - 1 ? weight + bias : weight;
  });
  return hostMatrix(outputs, features, data);
}
