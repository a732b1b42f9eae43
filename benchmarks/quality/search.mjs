import { trainWithin } from "./train.mjs";

/** Parts of the budget, and how many settings are tried there. */
const rungs = [
  { divisor: 9, count: Number.POSITIVE_INFINITY },
  { divisor: 3, count: 2 },
  { divisor: 1, count: 1 },
];

/** Smaller parts, which only show how quality grows. */
const shorter = [27, 81];

/**
 * Tries all settings of a method on a ninth of the budget, the best two on a third, the best one on the whole
 * (successive halving), and that one on less, each run with a schedule of its own. Returns all runs; which is best is
 * decided on validation text.
 *
 * @param whole  { seconds } or { steps }
 * @see Jamieson & Talwalkar 2016
 */
export async function search(whole, context, report) {
  const runs = [];
  const attempt = async (divisor, setting) => {
    const run = { divisor, ...(await trainWithin(part(whole, divisor), { ...context, setting })) };
    runs.push(run);
    report(run);
  };
  let settings = context.method.grid;
  for (const { divisor, count } of rungs) {
    for (const setting of settings.slice(0, count)) await attempt(divisor, setting);
    settings = byQuality(runs.filter((run) => run.divisor === divisor)).map(({ setting }) => setting);
  }
  for (const setting of settings) for (const divisor of shorter) await attempt(divisor, setting);
  return runs;
}

function part({ seconds, steps }, divisor) {
  return seconds === undefined ? { steps: Math.ceil(steps / divisor) } : { seconds: seconds / divisor };
}

/** Runs that did not diverge, best first on validation text: by perplexity where it is defined, else by top-10. */
export function byQuality(runs) {
  const cost = ({ validation: { perplexity, top10 } }) => perplexity ?? -top10;
  return runs.filter(({ failed }) => failed === undefined).toSorted((a, b) => cost(a) - cost(b));
}
