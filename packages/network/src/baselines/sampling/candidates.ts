import type { Random } from "@widehead/core";
import { IdSlots } from "@widehead/core/internals";
import type { Sampler } from "./sampler.ts";

/** Distinct outputs drawn for a batch. */
export interface Candidates {
  readonly ids: Uint32Array;
  /** Log of the expected number of times that an output is among the candidates. */
  logExpected(id: number): number;
}

/**
 * Draws until `count` different outputs have come; all D of them, each expected once, where `count` reaches D.
 *
 * An output of probability p is among those of n draws with probability 1 − (1 − p)ⁿ.
 *
 * @see Jean et al. 2015, On using very large target vocabulary for neural machine translation; TensorFlow,
 * sampled_softmax_loss with unique candidates
 */
export function drawCandidates(sampler: Sampler, outputs: number, count: number, random: Random): Candidates {
  if (count >= outputs) return { ids: Uint32Array.from({ length: outputs }, (_, id) => id), logExpected: () => 0 };
  const slots = new IdSlots(count);
  let draws = 0;
  for (let found = 0; found < count; draws += 1) {
    if (slots.add(sampler.draw(random)) === found) found += 1;
  }
  return {
    ids: slots.ids(),
    logExpected: (id) => Math.log(-Math.expm1(draws * Math.log1p(-sampler.probability(id)))),
  };
}
