import { byQuality } from "./search.mjs";

/** Quality against budget: the best run of each, smallest budget first. */
export function curveOf(runs) {
  const divisors = [...new Set(runs.map(({ divisor }) => divisor))].toSorted((a, b) => b - a);
  return divisors.flatMap((divisor) => byQuality(runs.filter((run) => run.divisor === divisor)).slice(0, 1));
}

/** How many times less processor time a curve takes to reach what another reaches at its end; undefined where it does not. */
export function timesSooner(curve, other) {
  const { test, seconds } = other.at(-1);
  const ratio = (figure) => seconds / secondsUntil(curve, figure, test[figure]);
  const figures = Object.keys(test).filter((figure) => curve[0]?.test[figure] !== undefined);
  return Object.fromEntries(figures.map((figure) => [figure, ratio(figure)]).filter(([, value]) => value > 0));
}

/**
 * Seconds in which a curve first reaches a figure on test text, between two budgets by interpolation in the logarithm
 * of time; undefined where it does not.
 */
function secondsUntil(curve, figure, target) {
  const reached = (run) => (figure === "perplexity" ? run.test[figure] <= target : run.test[figure] >= target);
  const at = curve.findIndex(reached);
  if (at <= 0) return curve[at]?.seconds;
  const [before, after] = [curve[at - 1], curve[at]];
  const part = (target - before.test[figure]) / (after.test[figure] - before.test[figure]);
  return before.seconds * (after.seconds / before.seconds) ** part;
}
