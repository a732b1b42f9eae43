import type { Random } from "@widehead/core";
import type { Sampler } from "./sampler.ts";

/** The power of the counts [Mikolov et al. 2013, §2.2]. */
const power = 0.75;

/**
 * p(k) ∝ countₖ^¾, drawn from an alias table: built in O(D), O(1) a draw. A count of 0 counts as the smallest of the
 * others, so that every output can be drawn.
 *
 * @see Walker 1977; Vose 1991, A linear algorithm for generating random numbers with a given distribution
 */
export class UnigramSampler implements Sampler {
  readonly #probabilities: Float64Array;
  /** Chance that a column gives its own output, and the output that it gives else. */
  readonly #own: Float64Array;
  readonly #alias: Uint32Array;

  constructor(counts: Float64Array) {
    const outputs = counts.length;
    const seen = counts.reduce((least, count) => (count > 0 ? Math.min(least, count) : least), Infinity);
    const least = seen === Infinity ? 1 : seen;
    this.#probabilities = counts.map((count) => Math.max(count, least) ** power);
    const total = this.#probabilities.reduce((sum, mass) => sum + mass, 0);
    for (let id = 0; id < outputs; id += 1) this.#probabilities[id] /= total;
    this.#own = this.#probabilities.map((probability) => probability * outputs);
    this.#alias = Uint32Array.from({ length: outputs }, (_, id) => id);
    this.#pair();
  }

  /** Fills each column that is short with a part of one that overflows. */
  #pair(): void {
    const outputs = this.#own.length;
    // Short columns stand at the front, full ones at the back.
    const waiting = new Uint32Array(outputs);
    let [short, full] = [0, outputs];
    for (let id = 0; id < outputs; id += 1) {
      if (this.#own[id] < 1) waiting[short++] = id;
      else waiting[--full] = id;
    }
    while (short > 0 && full < outputs) {
      const poor = waiting[--short];
      const rich = waiting[full];
      this.#alias[poor] = rich;
      this.#own[rich] -= 1 - this.#own[poor];
      if (this.#own[rich] >= 1) continue;
      full += 1;
      waiting[short++] = rich;
    }
    // What rounding leaves over is full.
    while (short > 0) this.#own[waiting[--short]] = 1;
  }

  draw(random: Random): number {
    const column = random.integer(this.#own.length);
    return random.uniform() < this.#own[column] ? column : this.#alias[column];
  }

  probability(id: number): number {
    return this.#probabilities[id];
  }
}
