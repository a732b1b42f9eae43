import { blockStarts, squaredErrorStep } from "./squared-error.mjs";
import { tf, view } from "./tensorflow-engine.mjs";

/**
 * A dense layer in TensorFlow.js, tuned by hand: W in blocks of rows, and no product with a transposed operand, which
 * would be 13 times slower. The right operands H and S are packed once a step. A right operand must not be written
 * after its first product, since its packed copy is kept: W is new in every step, and its target rows follow at once.
 */

export { describeEngine } from "./tensorflow-engine.mjs";

export const forms = [256, 512, 1000, 2000].map((blockRows) => ({ blockRows }));

/** @param rows  (first, count) → initial rows of W, row-major */
export async function createLayer({ outputs, features, batch }, { blockRows }, _threads, rows) {
  const blocks = blockStarts(outputs, blockRows).map((first) => {
    const count = Math.min(blockRows, outputs - first);
    return tf.tensor2d(rows(first, count), [count, features]);
  });
  const scratch = new Float32Array(blockRows * batch);

  /** Oᵀ of a block: several times faster than tf.transpose. */
  const transposed = (matrix) => {
    const [n, m] = matrix.shape;
    const values = view(matrix);
    for (let i = 0; i < n; i += 1) for (let j = 0; j < m; j += 1) scratch[j * n + i] = values[i * m + j];
    return tf.tensor2d(scratch.subarray(0, m * n), [m, n]);
  };
  const row = (id) => {
    const at = (id % blockRows) * features;
    return view(blocks[Math.floor(id / blockRows)]).subarray(at, at + features);
  };
  const pass = (h, s) =>
    tf.tidy(() => {
      const [hidden, scaled] = [h, s].map((data) => tf.tensor2d(data, [batch, features]));
      const hiddenColumns = tf.transpose(hidden);
      let sum = tf.zeros([batch, features]);
      for (const [block, weights] of blocks.entries()) {
        const [nextWeights, nextSum] = tf.tidy(() => {
          const outputRows = tf.matMul(weights, hiddenColumns);
          const part = tf.matMul(transposed(outputRows), weights);
          return [tf.add(weights, tf.matMul(outputRows, scaled)), tf.add(sum, part)];
        });
        tf.dispose([weights, sum]);
        blocks[block] = tf.keep(nextWeights);
        sum = nextSum;
      }
      return sum.dataSync();
    });
  return {
    row,
    step: (batchOf, learningRate) => squaredErrorStep({ row, pass }, batchOf, learningRate),
    release: () => tf.dispose(blocks),
  };
}
