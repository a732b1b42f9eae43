import { createPreconditioner, DenseLayer, FactoredLayer, parseLoss, softmaxCrossEntropy } from "@widehead/core";
import { AdaptiveSoftmaxLayer, HierarchicalSoftmaxLayer, SampledLayer } from "@widehead/network";

/**
 * The output layers, each with the six settings that are tried: learning rates of output layer and body, and where there
 * is a choice how the output layer steps. They lie around what was best on short runs over a wider grid.
 */
export const methods = {
  softmax: {
    create: ({ layer }) => DenseLayer.create({ ...layer, loss: softmaxCrossEntropy() }),
    factored: false,
    normalized: true,
    grid: pairs([4, 12, 36], [0.008, 0.024]),
  },
  spherical: factored("spherical:epsilon=0.1", { bias: 0.3, normalized: true }, pairs([1.5, 3, 6], [0.006, 0.01])),
  // As 1 + o + o²/2 = ((1 + o)² + 1)/2, it is spherical with ε = 1 and a bias of 1, and ten times the rates of ε = 0.1.
  taylor: factored("taylor", { normalized: true }, pairs([15, 30, 60], [0.006, 0.01])),
  z: factored("z", {}, pairs([30, 100, 300], [0.008, 0.024])),
  squared: factored("squared", {}, pairs([0.01, 0.02, 0.04], [0.006, 0.01], "second-order")),
  "sampled-softmax": sampled("sampled-softmax", { negatives: 1024, normalized: true }, [
    ...pairs([4], [0.008, 0.024], "sgd"),
    ...pairs([0.05, 0.15], [0.008, 0.024], "adagrad"),
  ]),
  nce: sampled("nce", { negatives: 25, normalized: true }, [
    ...pairs([16], [0.008, 0.024], "sgd"),
    ...pairs([0.3, 1], [0.008, 0.024], "adagrad"),
  ]),
  "negative-sampling": sampled("negative-sampling", { negatives: 25 }, [
    ...pairs([4, 16], [0.02], "sgd"),
    ...pairs([0.02, 0.05], [0.006, 0.02], "adagrad"),
  ]),
  hierarchical: {
    create: ({ layer, counts, optimizer }) => HierarchicalSoftmaxLayer.create({ ...layer, counts, optimizer }),
    factored: false,
    normalized: true,
    grid: [...pairs([4], [0.006, 0.02], "sgd"), ...pairs([0.03, 0.1], [0.006, 0.02], "adagrad")],
  },
  adaptive: {
    create: ({ layer, counts }) => AdaptiveSoftmaxLayer.create({ ...layer, counts }),
    factored: false,
    normalized: true,
    grid: pairs([4, 12, 24], [0.008, 0.024]),
  },
};

function factored(loss, { bias = 0, normalized = false }, grid) {
  const create = ({ layer, optimizer }) => {
    const offset = new Float64Array(layer.features);
    offset[layer.features - 1] = bias;
    const preconditioner = optimizer && { preconditioner: createPreconditioner(optimizer) };
    return FactoredLayer.create({ ...layer, loss: parseLoss(loss), initial: { offset }, ...preconditioner });
  };
  return { create, factored: true, normalized, grid };
}

function sampled(method, { negatives, normalized = false }, grid) {
  const create = ({ layer, counts, optimizer }) =>
    SampledLayer.create({ ...layer, method, negatives, counts, optimizer });
  return { create, factored: false, normalized, grid };
}

function pairs(learningRates, bodyLearningRates, optimizer) {
  return learningRates.flatMap((learningRate) =>
    bodyLearningRates.map((bodyLearningRate) => ({ learningRate, bodyLearningRate, ...(optimizer && { optimizer }) })),
  );
}
