import { tf, view } from "./tensorflow-engine.mjs";

/**
 * A dense layer in TensorFlow.js as its users write it: the loss of all outputs at once, its gradients by tf.grads. W is
 * kept as columns, so that at least the forward product has no transposed operand; those of the gradients do.
 */

export { describeEngine } from "./tensorflow-engine.mjs";

export const forms = [{}];

/** @param rows  (first, count) → initial rows of W, row-major */
export async function createLayer({ outputs, features, batch }, _form, _threads, rows) {
  let weights = tf.tidy(() => tf.transpose(tf.tensor2d(rows(0, outputs), [outputs, features])));

  const step = async ({ hidden, targets }, learningRate) =>
    tf.tidy(() => {
      const h = tf.tensor2d(hidden.data, [batch, features]);
      const ids = tf.tensor1d(Int32Array.from(targets.ids), "int32");
      // Not oneHot of float32, which this backend fills with the bits of integers.
      const expected = tf.cast(tf.oneHot(ids, outputs), "float32");
      const meanError = (activations, columns) =>
        tf.div(tf.sum(tf.squaredDifference(tf.matMul(activations, columns), expected)), batch);
      const { value, grads } = tf.valueAndGrads(meanError)([h, weights]);
      const [hiddenGradient, gradient] = grads;
      const next = tf.keep(tf.sub(weights, tf.mul(gradient, learningRate)));
      weights.dispose();
      weights = next;
      return { loss: value.dataSync()[0], hiddenGradient: hiddenGradient.dataSync() };
    });
  const row = (id) => {
    const columns = view(weights);
    return Float32Array.from({ length: features }, (_, f) => columns[f * outputs + id]);
  };
  return { row, step, release: () => weights.dispose() };
}
