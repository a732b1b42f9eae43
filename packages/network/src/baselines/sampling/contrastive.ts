import type { Random, SparseTargets } from "@widehead/core";
import type { Classifications } from "../rows/classifications.ts";
import type { Sampler } from "./sampler.ts";

/** How negatives are drawn, and what the logistic loss is told of them. */
export interface ContrastiveOptions {
  readonly method: "nce" | "negative-sampling";
  readonly sampler: Sampler;
  /** k, for each label. */
  readonly negatives: number;
}

/**
 * Asks each label and k negatives of its own, drawn with replacement, whether they are data or noise.
 *
 * Noise-contrastive estimation judges o − log(k p), and in the limit of many negatives its gradient is that of the
 * likelihood; negative sampling judges o itself, and leaves out negatives that are labels of the example.
 *
 * @see Gutmann & Hyvärinen 2010; Mnih & Teh 2012; Mikolov et al. 2013, §2.2
 */
export function askContrastive(
  asked: Classifications,
  { rows, offsets, ids, values, exampleWeights }: SparseTargets,
  { method, sampler, negatives }: ContrastiveOptions,
  random: Random,
): void {
  const shift = (id: number): number => (method === "nce" ? Math.log(negatives * sampler.probability(id)) : 0);
  asked.clear(rows);
  for (let j = 0; j < rows; j += 1) {
    const [begin, end] = [offsets[j], offsets[j + 1]];
    for (let n = begin; n < end; n += 1) {
      const weight = (values?.[n] ?? 1) * (exampleWeights?.[j] ?? 1);
      asked.push(ids[n], 1, weight, shift(ids[n]));
      for (let s = 0; s < negatives; s += 1) {
        const id = sampler.draw(random);
        if (method === "negative-sampling" && includes(ids, begin, end, id)) continue;
        asked.push(id, 0, weight, shift(id));
      }
    }
    asked.endExample(j);
  }
}

function includes(ids: Uint32Array, begin: number, end: number, id: number): boolean {
  for (let n = begin; n < end; n += 1) if (ids[n] === id) return true;
  return false;
}
