import { optionError } from "../../validate.ts";

/** Each tail has this many times fewer features than the cluster before it [Grave et al. 2017, §4.3]. */
const shrinkage = 4;

const mostTails = 3;
const gridPoints = 96;

/** Features of tail i = 1, 2, …: d/4ⁱ. */
export function tailFeatures(features: number, tail: number): number {
  return Math.max(1, Math.floor(features / shrinkage ** tail));
}

/** Ends of the clusters but the last, by rank, strictly rising within 1 … D − 1. @throws WideheadError ERR_OPTION */
export function checkedCutoffs(cutoffs: readonly number[], outputs: number): number[] {
  cutoffs.forEach((cutoff, at) => {
    const least = at === 0 ? 1 : cutoffs[at - 1] + 1;
    if (Number.isInteger(cutoff) && cutoff >= least && cutoff < outputs) return;
    throw optionError(`cutoffs[${at}]`, `an integer from ${least} to ${outputs - 1}`, cutoff);
  });
  return [...cutoffs];
}

/**
 * The cutoffs with the fewest expected multiply-adds an example and up to three tails, by dynamic programming over a
 * geometric grid of ranks: head + tails + Σᵢ pᵢ·|tailᵢ|, pᵢ the share of the counts in tail i, all times d.
 *
 * Every cluster is charged the head's d features: charged the fewer that they have, tails would take frequent outputs
 * from the head, which need more. This gives cutoffs near those that the authors use.
 *
 * @param sortedCounts [D] counts by rank, falling
 * @see Grave et al. 2017, Efficient softmax approximation for GPUs, §4.2
 */
export function chooseCutoffs(sortedCounts: Float64Array): number[] {
  const grid = geometricGrid(sortedCounts.length);
  const share = sharesBefore(sortedCounts, grid);
  const tailCost = (from: number, to: number): number => 1 + (grid[to] - grid[from]) * (share[to] - share[from]);
  const last = grid.length - 1;
  // Cheapest way to cover the ranks from a grid point on, with tails from this one on; and where its tail ends.
  let cheapest = new Float64Array(grid.length).fill(Infinity);
  cheapest[last] = 0;
  const ends: Uint32Array[] = [];
  for (let tail = mostTails; tail >= 1; tail -= 1) {
    const costs = new Float64Array(grid.length).fill(Infinity);
    costs[last] = 0;
    const end = new Uint32Array(grid.length).fill(last);
    for (let from = 0; from < last; from += 1) {
      for (let to = from + 1; to <= last; to += 1) {
        const cost = tailCost(from, to) + cheapest[to];
        if (cost >= costs[from]) continue;
        costs[from] = cost;
        end[from] = to;
      }
    }
    cheapest = costs;
    ends[tail] = end;
  }
  let at = 0;
  for (let head = 1; head <= last; head += 1) {
    if (grid[head] + cheapest[head] < grid[at] + cheapest[at]) at = head;
  }
  const cutoffs: number[] = [];
  for (let tail = 1; at < last; tail += 1) {
    cutoffs.push(grid[at]);
    at = ends[tail][at];
  }
  return cutoffs;
}

/** Ranks from 1 to D, about evenly spread in their logarithm. */
function geometricGrid(outputs: number): number[] {
  const points = Array.from({ length: gridPoints }, (_, i) => Math.round(outputs ** (i / (gridPoints - 1))));
  return [...new Set(points)];
}

/** Share of the counts at ranks before each grid point. */
function sharesBefore(sortedCounts: Float64Array, grid: readonly number[]): Float64Array {
  const total = sortedCounts.reduce((sum, count) => sum + count, 0);
  const shares = new Float64Array(grid.length);
  let [rank, sum] = [0, 0];
  for (const [at, end] of grid.entries()) {
    for (; rank < end; rank += 1) sum += sortedCounts[rank];
    shares[at] = total === 0 ? 0 : sum / total;
  }
  return shares;
}
