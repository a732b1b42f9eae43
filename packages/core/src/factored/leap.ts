import type { FloatArray, Matrix } from "../contract/index.ts";

/** The product C_start · C_{start+1} ··· C_{end−1} of refactored transforms, rounded once. */
export interface Leap {
  readonly start: number;
  end: number;
  readonly matrix: Matrix;
  /** The product in float64, while others are still to be formed from it. */
  exact: Float64Array | undefined;
}

/** A leap as a checkpoint holds it. */
export type StoredLeap = Omit<Leap, "matrix"> & { readonly numbers: FloatArray };

/** Epochs in a block. */
export const BLOCK_EPOCHS = 16;

/** Where the block that an epoch lies in begins. */
export function blockStart(epoch: number): number {
  return epoch - (epoch % BLOCK_EPOCHS);
}

/** The end of the block that an epoch lies in. */
export function blockEnd(epoch: number): number {
  return blockStart(epoch) + BLOCK_EPOCHS;
}

/** Two neighbours: their product takes the place of the left one inside a block, and stands beside both otherwise. */
export interface DueProduct {
  readonly left: Leap;
  readonly right: Leap;
  readonly joins: boolean;
}

/**
 * The product to form next: first what a block that is over still lacks, from its end back, one product for each epoch;
 * then unions of blocks; then leaps of the current block, which follow each new link.
 *
 * @param growing  leaps with exact numbers, by their start
 * @param epoch  E
 */
export function nextProduct(growing: readonly Leap[], epoch: number): DueProduct | undefined {
  const unfinished = growing.filter(({ start, end }) => end < blockEnd(start));
  const oldest = unfinished[0];
  if (oldest !== undefined && blockEnd(oldest.start) <= epoch) {
    const left = unfinished.findLast(({ start }) => blockEnd(start) === blockEnd(oldest.start))!;
    return { left, right: leapFrom(growing, left.end), joins: false };
  }
  const wholes = growing.filter(isWhole);
  for (let i = wholes.length - 2; i >= 0; i -= 1) {
    const [left, right] = [wholes[i]!, wholes[i + 1]!];
    const size = left.end - left.start;
    const neighbours = right.start === left.end && right.end - right.start === size;
    if (neighbours && left.start % (2 * size) === 0) return { left, right, joins: true };
  }
  const left = unfinished.find(({ end }) => end < epoch);
  return left && { left, right: leapFrom(growing, left.end), joins: false };
}

/** True for a whole block, or a union of blocks. */
function isWhole({ start, end }: Leap): boolean {
  return start % BLOCK_EPOCHS === 0 && end - start >= BLOCK_EPOCHS;
}

/** Leaps that nothing will be formed from any more: those inside a block that is finished, other than its whole. */
export function settled(growing: readonly Leap[]): readonly Leap[] {
  const unfinished = new Set(growing.flatMap(({ start, end }) => (end < blockEnd(start) ? [blockEnd(start)] : [])));
  return growing.filter((leap) => !isWhole(leap) && leap.end === blockEnd(leap.start) && !unfinished.has(leap.end));
}

function leapFrom(growing: readonly Leap[], start: number): Leap {
  return growing.find((leap) => leap.start === start)!;
}
