import { FactoredLayer, secondOrder, weightedSquaredError } from "@widehead/core";
import { columnCounts, SparseBatches, selectRows } from "@widehead/data";
import { principalRows, RankingMeter, SparseModel, train } from "@widehead/network";

/** Trains a sparse model on a problem of sets.mjs, and measures rankings: what both benchmarks on the sets share. */

/** What a setting need not say. */
const usual = {
  batch: 128,
  combine: "normalized",
  inputDropout: 0,
  activation: "linear",
  start: "random",
  deviation: 0.1,
  iterations: 4,
  targetWeight: 0,
  inputOptimizer: "adam",
  inputRate: 0,
  zeroWeight: 1,
  rarity: 0,
  weightDecay: 0,
  finalFraction: 0.05,
  seed: 1,
};

/** A trained model, with the seconds that it took; the caller disposes it. */
export async function fit({ input, targets }, setting, backend) {
  const { features, damping, epochs, batch, combine, seed, ...rest } = { ...usual, ...setting };
  const start = performance.now();
  const inputRows =
    rest.start === "principal"
      ? await principalRows(input, {
          ...{ backend, embedding: features, combine, seed, iterations: rest.iterations },
          ...(rest.targetWeight > 0 && { targets, targetWeight: rest.targetWeight }),
        })
      : undefined;
  const head = await FactoredLayer.create({
    backend,
    outputs: targets.columns,
    features: features + 1,
    loss: weightedSquaredError({ zeroWeight: rest.zeroWeight }),
    preconditioner: secondOrder({ damping }),
  });
  const model = SparseModel.create({
    backend,
    head,
    inputs: input.columns,
    embedding: features,
    combine,
    inputDropout: rest.inputDropout,
    inputActivation: rest.activation,
    inputDeviation: rest.deviation / Math.sqrt(features),
    ...(inputRows && { inputRows }),
    hidden: [],
    seed,
    bodyOptimizer: { name: rest.inputOptimizer, learningRate: rest.inputRate },
  });
  await train(model, weighed(new SparseBatches(input, targets, { batchSize: batch, seed }), targets, rest.rarity), {
    epochs,
    headLearningRate: rest.learningRate,
    weightDecay: rest.weightDecay,
    schedule: { decay: "linear", finalFraction: rest.finalFraction },
    ...(rest.onEpoch && { onEpoch: () => rest.onEpoch(model) }),
  });
  return { model, seconds: (performance.now() - start) / 1000 };
}

/** Batches whose positives count the more the rarer the output is: (n/10)^−rarity for one that n examples have. */
function weighed(batches, targets, rarity) {
  if (rarity === 0) return batches;
  const weights = Float64Array.from(columnCounts(targets), (count) => (Math.max(count, 1) / 10) ** -rarity);
  return {
    stepsPerEpoch: batches.stepsPerEpoch,
    at(step) {
      const example = batches.at(step);
      const positiveWeights = Float32Array.from(example.targets.ids, (id) => weights[id]);
      return { ...example, targets: { ...example.targets, positiveWeights } };
    },
  };
}

/** Ranking figures of a model or a baseline at the cuts k. */
export async function rank(ranker, { queries, relevant, exclude }, k) {
  const meter = new RankingMeter({ k });
  const block = 512;
  for (let begin = 0; begin < queries.rows; begin += block) {
    const rows = Array.from({ length: Math.min(block, queries.rows - begin) }, (_, i) => begin + i);
    const unseen = exclude && { exclude: selectRows(exclude, rows) };
    meter.add(await ranker.predict(selectRows(queries, rows), Math.max(...k), unseen), selectRows(relevant, rows));
  }
  return meter.scores().figures;
}
