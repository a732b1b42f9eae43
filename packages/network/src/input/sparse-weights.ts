import type { Random } from "@widehead/core";
import type { SparseInput } from "./sparse-input.ts";

/**
 * How the table's rows that an example names become one: Σ xₖ Eₖ ("sum"), the same over Σ|xₖ| ("mean"), or over ‖x‖
 * ("normalized").
 */
export type Combine = "sum" | "mean" | "normalized";

export const combines: readonly Combine[] = ["sum", "mean", "normalized"];

/** What a training step leaves out. */
interface Dropped {
  /** Fraction of an example's entries. */
  readonly dropout: number;
  readonly random: Random;
}

/**
 * The factor of each entry's row, [entries]; an example of zeros alone has factors 0. "mean" and "normalized" are of the
 * entries that are left. O(entries).
 */
export function combineWeights(
  combine: Combine,
  { rows, offsets, ids, values }: SparseInput,
  dropped?: Dropped,
): Float64Array {
  const weights = values === undefined ? new Float64Array(ids.length).fill(1) : Float64Array.from(values);
  if (dropped) dropEntries(weights, dropped);
  if (combine === "sum") return weights;
  for (let j = 0; j < rows; j += 1) {
    const [begin, end] = [offsets[j], offsets[j + 1]];
    let size = 0;
    for (let k = begin; k < end; k += 1) size += combine === "mean" ? Math.abs(weights[k]) : weights[k] ** 2;
    if (size === 0) continue;
    const factor = 1 / (combine === "mean" ? size : Math.sqrt(size));
    for (let k = begin; k < end; k += 1) weights[k] *= factor;
  }
  return weights;
}

/** Leaves a fraction of the entries out, weight 0, and scales the others up so that the expected sum stays the same. */
function dropEntries(weights: Float64Array, { dropout, random }: Dropped): void {
  const kept = 1 / (1 - dropout);
  for (let k = 0; k < weights.length; k += 1) weights[k] *= random.uniform() < dropout ? 0 : kept;
}
