import { requireInteger, requirePositive } from "../validate.ts";

export interface PropensityOptions {
  /** Examples that the counts are from. */
  readonly examples: number;
  /** A, how fast propensity grows with a label's count. 0.55 unless told; 0.5 on Wikipedia, 0.6 on Amazon sets. */
  readonly slope?: number;
  /** B, added to each count. 1.5 unless told; 0.4 on Wikipedia, 2.6 on Amazon sets. */
  readonly shift?: number;
}

/**
 * 1/p of each label, p the modelled chance that a label which applies was also given: rare labels are the most often
 * forgotten, and so weigh the most.
 *
 * 1/p_l = 1 + C (N_l + B)⁻ᴬ,  C = (ln N − 1)(B + 1)ᴬ,  N_l of the N examples having the label
 *
 * Throws ERR_OPTION: N must be at least 3, where ln N passes 1.
 *
 * @param counts  N_l of each label in the training set, [labels]
 * @see Jain, Prabhu & Varma 2016, Extreme multi-label loss functions, §4
 */
export function inversePropensities(counts: ArrayLike<number>, options: PropensityOptions): Float64Array {
  const { examples, slope = 0.55, shift = 1.5 } = options;
  requireInteger("examples", examples, 3);
  requirePositive("slope", slope);
  requirePositive("shift", shift);
  const scale = (Math.log(examples) - 1) * (shift + 1) ** slope;
  return Float64Array.from(counts, (count) => {
    requireInteger("counts", count, 0);
    return 1 + scale * (count + shift) ** -slope;
  });
}
