import { itemNeighbors, popularity } from "@widehead/network";
import { developmentBenchmark } from "./development/benchmark.mjs";
import { recommendSet } from "./development/sets.mjs";

/**
 * Recommenders on two development sets: items that users were found to have, from the others that they have, held against
 * item neighbours and popularity. Settings were chosen on a validation part: results/recommend-trials.json.
 *
 *     npm run benchmark -- recommend --data DIR [--set NAME --try '{"features": 128, …}']
 */

const set = (name, setting) => ({ read: (directory, part) => recommendSet(directory, name, part), setting });

await developmentBenchmark({
  name: "recommend",
  sets: {
    "ml-100k": set("ml-100k", {
      features: 128,
      epochs: 30,
      zeroWeight: 0.3,
      damping: 100,
      learningRate: 0.62,
      inputRate: 1e-2,
      inputDropout: 0.5,
      weightDecay: 0.01,
    }),
    "citeulike-a": set("citeulike-a", {
      features: 511,
      epochs: 20,
      zeroWeight: 0.03,
      damping: 1e-3,
      learningRate: 0.05,
      inputRate: 3e-3,
      inputDropout: 0.5,
      rarity: 0.2,
      weightDecay: 0.3,
    }),
  },
  metrics: [
    { name: "Recall@20", k: 20, of: ({ recall }) => recall },
    { name: "NDCG@20", k: 20, of: ({ ndcg }) => ndcg },
  ],
  baselines: ({ input }) => [{ ranker: itemNeighbors(input) }, { ranker: popularity(input) }],
});
