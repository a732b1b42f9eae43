import { popularity, rowNeighbors } from "@widehead/network";
import { developmentBenchmark } from "./development/benchmark.mjs";
import { tagSet } from "./development/sets.mjs";

/**
 * A tagger of articles on a development set, 8,311 tags, held against row neighbours and popularity. The setting was chosen
 * on a validation part: results/tags-trials.json.
 *
 *     npm run benchmark -- tags --data DIR [--set citeulike-t --try '{"features": 1023, …}']
 */

await developmentBenchmark({
  name: "tags",
  sets: {
    "citeulike-t": {
      read: tagSet,
      // Input rows that stay principal directions of words and tags, and an exact head: weighted least squares there.
      setting: {
        features: 1023,
        start: "principal",
        targetWeight: 0.6,
        iterations: 3,
        combine: "sum",
        epochs: 3,
        zeroWeight: 0.6,
        damping: 0.03,
        learningRate: 0.035,
      },
    },
  },
  metrics: [1, 3, 5].map((k) => ({ name: `P@${k}`, k, of: ({ precision }) => precision })),
  baselines: ({ counts, targets, queryCounts }) => [
    { ranker: rowNeighbors(counts, targets), queries: queryCounts },
    { ranker: popularity(targets, counts.columns), queries: queryCounts },
  ],
});
