import { requireInteger } from "../validate.ts";

/** One example's ranking, judged. */
export interface JudgedRanking {
  /** [ranks], best first: 1 where the output at that rank is relevant, else 0. */
  readonly hits: ArrayLike<number>;
  /** How many outputs are relevant to the example, found or not; at least 1. */
  readonly relevant: number;
}

/** A figure of one ranking cut at k, 0 … 1; ranks that the ranking lacks count as misses. Throws ERR_OPTION. */
export type RankingMetric = (ranking: JudgedRanking, k: number) => number;

/** P@k = hits / k. */
export const precisionAt: RankingMetric = (ranking, k) => {
  check(ranking, k);
  return hitsIn(ranking, k) / k;
};

/** Recall@k = hits / relevant outputs, however many there are: it cannot reach 1 where they are more than k. */
export const recallAt: RankingMetric = (ranking, k) => {
  check(ranking, k);
  return hitsIn(ranking, k) / ranking.relevant;
};

/**
 * NDCG@k = Σ hitᵣ/log₂(r + 1), r = 1 … k, over the same sum of an ideal ranking, whose first min(k, relevant) are hits.
 *
 * @see Järvelin & Kekäläinen 2002, Cumulated gain-based evaluation of IR techniques
 */
export const ndcgAt: RankingMetric = (ranking, k) => {
  check(ranking, k);
  const { hits, relevant } = ranking;
  let gain = 0;
  let ideal = 0;
  for (let rank = 1; rank <= k; rank += 1) {
    const discount = 1 / Math.log2(rank + 1);
    if (hits[rank - 1] === 1) gain += discount;
    if (rank <= relevant) ideal += discount;
  }
  return gain / ideal;
};

/** AP@k = Σ hitᵣ · P@r, r = 1 … k, over min(k, relevant); its mean over examples is MAP@k. */
export const averagePrecisionAt: RankingMetric = (ranking, k) => {
  check(ranking, k);
  const { hits, relevant } = ranking;
  let found = 0;
  let sum = 0;
  for (let rank = 1; rank <= Math.min(k, hits.length); rank += 1) {
    if (hits[rank - 1] !== 1) continue;
    found += 1;
    sum += found / rank;
  }
  return sum / Math.min(k, relevant);
};

function hitsIn({ hits }: JudgedRanking, k: number): number {
  let count = 0;
  for (let rank = 0; rank < Math.min(k, hits.length); rank += 1) count += hits[rank];
  return count;
}

function check({ relevant }: JudgedRanking, k: number): void {
  requireInteger("k", k, 1);
  requireInteger("relevant", relevant, 1);
}
