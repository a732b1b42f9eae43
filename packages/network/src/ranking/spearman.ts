import { WideheadError } from "@widehead/core";
import { requireFinite } from "../validate.ts";

/**
 * Spearman's rank correlation, −1 … 1: Pearson's of the ranks, where equal values share their mean rank. O(n log n).
 * Undefined where all values of one side are equal, or there are fewer than two. Throws ERR_SHAPE, ERR_NOT_FINITE.
 *
 * @see Kendall & Gibbons 1990, Rank correlation methods, ch. 3
 */
export function spearman(first: ArrayLike<number>, second: ArrayLike<number>): number | undefined {
  const [expected, actual] = [first.length, second.length];
  if (expected !== actual) {
    const message = `second must have as many numbers as first, ${expected}, got ${actual}`;
    throw new WideheadError("ERR_SHAPE", message, { argument: "second", expected, actual });
  }
  const [a, b] = [meanRanks("first", first), meanRanks("second", second)];
  const middle = (expected - 1) / 2;
  let product = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < expected; i += 1) {
    product += (a[i] - middle) * (b[i] - middle);
    squaresA += (a[i] - middle) ** 2;
    squaresB += (b[i] - middle) ** 2;
  }
  return squaresA === 0 || squaresB === 0 ? undefined : product / Math.sqrt(squaresA * squaresB);
}

/** Ranks from 0, those of equal values averaged. */
function meanRanks(argument: string, numbers: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(numbers);
  requireFinite(argument, values);
  const order = Uint32Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const ranks = new Float64Array(values.length);
  for (let begin = 0; begin < order.length; ) {
    let end = begin;
    while (end < order.length && values[order[end]] === values[order[begin]]) end += 1;
    for (let i = begin; i < end; i += 1) ranks[order[i]] = (begin + end - 1) / 2;
    begin = end;
  }
  return ranks;
}
