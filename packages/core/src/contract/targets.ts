import type { FloatArray } from "./matrix.ts";

/**
 * The targets of a batch: `rows` examples over `outputs` outputs, in compressed rows. Example j's non-zeros are
 * ids[offsets[j] … offsets[j+1]), in any order, without repetition inside an example. Explicit zeros are legal.
 */
export interface SparseTargets {
  readonly rows: number;
  readonly outputs: number;
  readonly offsets: Uint32Array;
  readonly ids: Uint32Array;
  /** yₖ; 1 everywhere unless given. */
  readonly values?: FloatArray;
  /** cₖ of weighted squared error, one for each id; 1 unless given. */
  readonly positiveWeights?: FloatArray;
  /** One finite weight ≥ 0 for each example; 1 unless given. Means divide by rows, not by the sum of weights. */
  readonly exampleWeights?: FloatArray;
}
