export {
  averagePrecisionAt,
  type JudgedRanking,
  ndcgAt,
  precisionAt,
  type RankingMetric,
  recallAt,
} from "./metrics.ts";
export { inversePropensities, type PropensityOptions } from "./propensity.ts";
export { type RankingFigures, RankingMeter, type RankingMeterOptions, type RankingScores } from "./ranking-meter.ts";
export { spearman } from "./spearman.ts";
