import type { Random } from "@widehead/core";
import { frequencyOrder } from "../counts.ts";
import type { Sampler } from "./sampler.ts";

/**
 * p(rank r) = log((r + 2)/(r + 1)) / log(D + 1), r = 0 … D − 1: close to Zipf's law, and drawn by inversion in O(1).
 * Ranks are ids unless counts say otherwise.
 *
 * @see TensorFlow, log_uniform_candidate_sampler
 */
export class LogUniformSampler implements Sampler {
  readonly #outputs: number;
  readonly #logRange: number;
  readonly #order: Uint32Array | undefined;
  readonly #rank: Uint32Array | undefined;

  constructor(outputs: number, counts: Float64Array | undefined) {
    this.#outputs = outputs;
    this.#logRange = Math.log1p(outputs);
    if (counts === undefined) return;
    const { order, rank } = frequencyOrder(counts);
    this.#order = order;
    this.#rank = rank;
  }

  draw(random: Random): number {
    // Rounding may carry the largest draws to D itself.
    const rank = Math.min(Math.floor(Math.exp(random.uniform() * this.#logRange)), this.#outputs) - 1;
    return this.#order === undefined ? rank : this.#order[rank];
  }

  probability(id: number): number {
    const rank = this.#rank === undefined ? id : this.#rank[id];
    return Math.log1p(1 / (rank + 1)) / this.#logRange;
  }
}
