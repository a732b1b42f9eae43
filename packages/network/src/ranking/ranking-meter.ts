import { type TopK, WideheadError } from "@widehead/core";
import { checkSparse, type SparseInput } from "../input/sparse-input.ts";
import { requireInteger } from "../validate.ts";
import { averagePrecisionAt, ndcgAt, precisionAt, type RankingMetric, recallAt } from "./metrics.ts";

export interface RankingMeterOptions {
  /** Where rankings are cut, one set of figures for each. */
  readonly k: readonly number[];
  /** 1/p of each output, as {@link inversePropensities} gives them: adds the propensity-scored precision. */
  readonly inversePropensities?: Float64Array;
}

/** Means over the examples, each figure 0 … 1. */
export interface RankingFigures {
  readonly k: number;
  readonly precision: number;
  /** Hits over all relevant outputs of the example. */
  readonly recall: number;
  /** The ideal ranking cut at min(k, relevant outputs). */
  readonly ndcg: number;
  /** Mean average precision. */
  readonly map: number;
  /** PSP@k: the sum of 1/p over all hits, over the largest that rankings could have reached. */
  readonly propensityScoredPrecision: number | undefined;
}

export interface RankingScores {
  /** Examples that counted. */
  readonly examples: number;
  /** Examples left out because nothing is relevant to them. */
  readonly skipped: number;
  /** In the order of the cuts asked for. */
  readonly figures: readonly RankingFigures[];
}

const metrics = { precision: precisionAt, recall: recallAt, ndcg: ndcgAt, map: averagePrecisionAt } as const;

/** Gathers ranking metrics batch by batch, in memory that does not depend on the number of examples. */
export class RankingMeter {
  readonly #cuts: readonly number[];
  readonly #inversePropensities: Float64Array | undefined;
  readonly #sums: Record<keyof typeof metrics, Float64Array>;
  readonly #gains: Float64Array;
  readonly #bestGains: Float64Array;
  #examples = 0;
  #skipped = 0;

  /** Throws ERR_OPTION. */
  constructor({ k, inversePropensities }: RankingMeterOptions) {
    requireInteger("k.length", k.length, 1);
    for (const cut of k) requireInteger("k", cut, 1);
    const zeros = () => new Float64Array(k.length);
    this.#cuts = [...k];
    this.#inversePropensities = inversePropensities;
    this.#sums = { precision: zeros(), recall: zeros(), ndcg: zeros(), map: zeros() };
    this.#gains = zeros();
    this.#bestGains = zeros();
  }

  /**
   * Counts a batch of rankings. O(m k).
   * Throws ERR_SHAPE where rankings are shorter than the largest cut, though there are outputs enough, or do not fit
   * `relevant`; ERR_INDEX_RANGE.
   *
   * @param top  [m, k], as a model's `predict` gives it
   * @param relevant  [m, outputs], what should have been ranked first
   */
  add(top: Pick<TopK, "rows" | "k" | "ids">, relevant: SparseInput): void {
    const { length: columns = relevant.columns } = this.#inversePropensities ?? {};
    checkSparse("relevant", relevant, { rows: top.rows, columns });
    requireLength(top.k, Math.min(Math.max(...this.#cuts), relevant.columns));
    for (let row = 0; row < top.rows; row += 1) {
      const wanted = relevant.ids.subarray(relevant.offsets[row], relevant.offsets[row + 1]);
      const ranked = top.ids.subarray(row * top.k, (row + 1) * top.k);
      if (wanted.length === 0) this.#skipped += 1;
      else this.#count(ranked, wanted);
    }
  }

  /** Means over what was added so far; 0 before anything was. */
  scores(): RankingScores {
    const mean = (sum: number) => (this.#examples === 0 ? 0 : sum / this.#examples);
    const figures = this.#cuts.map((k, i) => ({
      k,
      precision: mean(this.#sums.precision[i]),
      recall: mean(this.#sums.recall[i]),
      ndcg: mean(this.#sums.ndcg[i]),
      map: mean(this.#sums.map[i]),
      propensityScoredPrecision: this.#propensityScored(i),
    }));
    return { examples: this.#examples, skipped: this.#skipped, figures };
  }

  #count(ranked: Uint32Array, wanted: Uint32Array): void {
    this.#examples += 1;
    const among = new Set(wanted);
    const ranking = { hits: Uint8Array.from(ranked, (id) => (among.has(id) ? 1 : 0)), relevant: among.size };
    for (const [name, metric] of Object.entries(metrics) as [keyof typeof metrics, RankingMetric][]) {
      for (const [i, k] of this.#cuts.entries()) this.#sums[name][i] += metric(ranking, k);
    }
    const inverse = this.#inversePropensities;
    if (inverse === undefined) return;
    const reached = Float64Array.from(ranked, (id, rank) => (ranking.hits[rank] === 1 ? inverse[id] : 0));
    const best = Float64Array.from(among, (id) => inverse[id])
      .sort()
      .reverse();
    for (const [i, k] of this.#cuts.entries()) {
      this.#gains[i] += sumOf(reached.subarray(0, k));
      this.#bestGains[i] += sumOf(best.subarray(0, k));
    }
  }

  #propensityScored(cut: number): number | undefined {
    if (this.#inversePropensities === undefined) return undefined;
    return this.#bestGains[cut] === 0 ? 0 : this.#gains[cut] / this.#bestGains[cut];
  }
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function requireLength(actual: number, expected: number): void {
  if (actual >= expected) return;
  const message = `top must rank at least ${expected} outputs for these cuts, got ${actual}`;
  throw new WideheadError("ERR_SHAPE", message, { argument: "top", expected, actual });
}
