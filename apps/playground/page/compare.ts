import { features } from "./shape.ts";

/** Unit round-off of float32. */
const ROUNDOFF = 2 ** -24;

/** |a − b| / |b| at each step that both have. */
export function relativeDifferences(losses: readonly number[], reference: readonly number[]): number[] {
  const steps = Math.min(losses.length, reference.length);
  return Array.from({ length: steps }, (_, step) => Math.abs(losses[step]! / reference[step]! - 1));
}

/**
 * What rounding to float32 may do to a loss after so many steps, relative: (√d + steps) u.
 *
 * A loss comes out of products over d features, whose rounding errors add up like a random walk: √d u. Each step rounds
 * the weights once more, which moves the losses after it by at most about u: this model does not amplify disturbances, as
 * runs in float64 at rates that are off by u show (in the test of this file).
 */
export function allowedDifference(step: number): number {
  return (Math.sqrt(features) + step) * ROUNDOFF;
}

/** Whether all differences are what rounding explains. */
export function agrees(differences: readonly number[]): boolean {
  return differences.every((difference, step) => difference <= allowedDifference(step));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
