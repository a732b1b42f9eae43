import { batchSlopes } from "./stability-losses.mjs";

/** Gradient descent by its definition: every output, every weight, float64, plain loops, 3mDd multiply-adds a step. */
export class DenseDescent {
  #loss;
  #weights;

  /**
   * @param weights  W [D, d], copied
   * @param Storage  array type in which W is kept between steps
   */
  constructor(loss, weights, Storage = Float64Array) {
    this.#loss = loss;
    this.#weights = { ...weights, data: Storage.from(weights.data) };
  }

  /** W [D, d], row-major. */
  weights() {
    return this.#weights.data;
  }

  /** The losses [m] and hidden gradient [m, d] of a batch, and the step they ask for. */
  train(hidden, targets, { learningRate, weightDecay }) {
    const outputs = this.#outputs(hidden);
    const { losses, a, b, t } = batchSlopes(
      this.#loss,
      targets,
      spread(outputs, targets),
      Float64Array.from(targets.ids, (id, j) => outputs[j * targets.outputs + id]),
    );
    const slopes = outputs;
    for (let j = 0; j < targets.rows; j += 1) {
      const end = (j + 1) * targets.outputs;
      for (let at = j * targets.outputs; at < end; at += 1) slopes[at] = a[j] * slopes[at] + b[j];
      slopes[j * targets.outputs + targets.ids[j]] += t[j];
    }
    return { losses, hiddenGradient: this.#descend(hidden, slopes, learningRate, 1 - learningRate * weightDecay) };
  }

  /** O = H Wᵀ [m, D]. */
  #outputs({ rows: m, data: hidden }) {
    const { rows: D, columns: d, data: weights } = this.#weights;
    const outputs = new Float64Array(m * D);
    for (let k = 0; k < D; k += 1) {
      for (let j = 0; j < m; j += 1) {
        let sum = 0;
        for (let f = 0; f < d; f += 1) sum += hidden[j * d + f] * weights[k * d + f];
        outputs[j * D + k] = sum;
      }
    }
    return outputs;
  }

  /** W ← cW − η slopesᵀ H; returns slopes · W of before, [m, d]. */
  #descend({ rows: m, data: hidden }, slopes, learningRate, keep) {
    const { rows: D, columns: d, data: weights } = this.#weights;
    const hiddenGradient = new Float64Array(m * d);
    const weightGradient = new Float64Array(d);
    for (let k = 0; k < D; k += 1) {
      weightGradient.fill(0);
      for (let j = 0; j < m; j += 1) {
        const slope = slopes[j * D + k];
        for (let f = 0; f < d; f += 1) {
          hiddenGradient[j * d + f] += slope * weights[k * d + f];
          weightGradient[f] += slope * hidden[j * d + f];
        }
      }
      for (let f = 0; f < d; f += 1) weights[k * d + f] = keep * weights[k * d + f] - learningRate * weightGradient[f];
    }
    return hiddenGradient;
  }
}

/** s and q_c of each example's outputs. */
function spread(outputs, { rows, outputs: D }) {
  const [sums, squaredDeviations] = [new Float64Array(rows), new Float64Array(rows)];
  for (let j = 0; j < rows; j += 1) {
    for (let at = j * D; at < (j + 1) * D; at += 1) sums[j] += outputs[at];
    const mean = sums[j] / D;
    for (let at = j * D; at < (j + 1) * D; at += 1) squaredDeviations[j] += (outputs[at] - mean) ** 2;
  }
  return { sums, squaredDeviations };
}
