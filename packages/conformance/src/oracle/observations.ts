import { createRandom, type HostMatrix, hostMatrix, type Loss } from "@widehead/core";
import { type Batch, centredGram, denseGradient, descend, norm, rowSum } from "./descent.ts";
import type { Problem } from "./problem.ts";

/** What a run of a problem shows of any layer. */
export interface OutputObservations {
  /** Weight × loss of each example of each batch. */
  readonly losses: Float64Array;
  /** Of the last batch, [m, d]. */
  readonly hiddenGradient: Float64Array;
  /** ‖∇W‖² of the last batch. */
  readonly gradientSquares: Float64Array;
  /** W [D, d] at the end. */
  readonly weights: Float64Array;
}

/** What a run of a problem shows, of the oracle and of a factored layer alike. */
export interface Observations extends OutputObservations {
  /** Q_c [d, d] at the end. */
  readonly gram: Float64Array;
  /** w̄ [d] at the end. */
  readonly sum: Float64Array;
}

export type Observation = keyof Observations;

export const outputObservations: readonly (keyof OutputObservations)[] = [
  "losses",
  "hiddenGradient",
  "gradientSquares",
  "weights",
];

export const observations: readonly Observation[] = [...outputObservations, "gram", "sum"];

/** The oracle's observations, and the size of what each was put together from, at its largest over the run. */
export interface OracleRun {
  readonly observed: Observations;
  readonly scales: Readonly<Record<Observation, number>>;
}

/** Runs gradient descent on the problem by definition; `disturb` moves W, h, y and C before each step. */
export function oracleRun(problem: Problem<Loss>, disturb: Disturbance = (numbers) => numbers): OracleRun {
  let weights = initialWeights(problem);
  let hiddenGradient: Float64Array = new Float64Array(0);
  let gradientNorm = 0;
  let scales = weightScales(weights);
  const rightFactors = problem.preconditioning?.begin();
  const losses: number[] = [];
  for (const batch of problem.batches) {
    weights = disturbedMatrix(weights, disturb);
    const moved = disturbedBatch(batch, disturb);
    const gradient = denseGradient(weights, problem.loss, moved);
    const rightFactor = rightFactors && disturbedMatrix(rightFactors(moved.hidden), disturb);
    losses.push(...gradient.losses);
    ({ hiddenGradient, gradientNorm } = gradient);
    weights = descend(weights, gradient, problem.update, rightFactor);
    scales = larger(scales, { ...weightScales(weights), ...gradient.scales });
  }
  const observed: Observations = {
    losses: Float64Array.from(losses),
    hiddenGradient,
    gradientSquares: Float64Array.of(gradientNorm ** 2),
    weights: Float64Array.from(weights.data),
    // only where asked for: a dense layer may have too many features for a d × d matrix
    get gram() {
      return centredGram(weights);
    },
    sum: rowSum(weights),
  };
  return { observed, scales };
}

/** W = V + 1 ωᵀ. */
export function initialWeights({ weights, offset }: Problem<Loss>): HostMatrix {
  const data = Float64Array.from(weights.data, (v, i) => v + offset[i % offset.length]);
  return hostMatrix(weights.rows, weights.columns, data);
}

/** How much a derived tolerance allows beyond how far the oracle moves by itself. */
const margin = 32;

/** The disturbances tried: the largest movement counts. */
const seeds = [1, 2];

/** Float64 cannot be disturbed by its own round-off, so the oracle is moved by this much at least, and the movement scaled. */
const smallestDisturbance = 2 ** -36;

/** What {@link allowances} does, for the report. */
export const allowanceStatement =
  "32 × (how far the float64 oracle moves when W, h, y and a preconditioner's C are disturbed by one round-off before each step + one round-off of what the quantity is put together from)";

/** How far each observation may lie from the oracle's, in any entry. */
export function allowances<Name extends Observation>(
  problem: Problem<Loss>,
  run: OracleRun,
  roundoff: number,
  names: readonly Name[],
): Readonly<Record<Name, number>> {
  const amplitude = Math.max(roundoff, smallestDisturbance);
  const disturbed = seeds.map((seed) => oracleRun(problem, disturbance(amplitude, seed)).observed);
  return record(names, (name) => {
    const movement = Math.max(...disturbed.map((moved) => distance(moved[name], run.observed[name])));
    return margin * roundoff * (movement / amplitude + run.scales[name]);
  });
}

/** Moves every number a little. */
type Disturbance = (numbers: Float64Array) => Float64Array;

/** x ← x (1 + aδ), δ uniform in ±1. */
function disturbance(amplitude: number, seed: number): Disturbance {
  const random = createRandom(seed);
  return (numbers) => numbers.map((x) => x * (1 + amplitude * (2 * random.uniform() - 1)));
}

function disturbedMatrix(matrix: HostMatrix, disturb: Disturbance): HostMatrix {
  return hostMatrix(matrix.rows, matrix.columns, disturb(Float64Array.from(matrix.data)));
}

function disturbedBatch({ hidden, targets }: Batch, disturb: Disturbance): Batch {
  const values = disturb(
    targets.values ? Float64Array.from(targets.values) : new Float64Array(targets.ids.length).fill(1),
  );
  return { hidden: disturbedMatrix(hidden, disturb), targets: { ...targets, values } };
}

type Scales = OracleRun["scales"];

/** W = V U and its sums are products over d: √d round-offs at random. */
function weightScales({ rows, columns, data }: HostMatrix): Scales {
  const size = norm(data);
  const product = Math.sqrt(columns);
  let longestRow = 0;
  for (let i = 0; i < rows; i += 1) {
    longestRow = Math.max(longestRow, norm(data.subarray(i * columns, (i + 1) * columns)));
  }
  return {
    losses: 0,
    hiddenGradient: 0,
    gradientSquares: 0,
    weights: product * longestRow,
    gram: product * size ** 2,
    sum: product * Math.sqrt(rows) * size,
  };
}

function larger(one: Scales, other: Scales): Scales {
  return record(observations, (name) => Math.max(one[name], other[name]));
}

function record<Name extends Observation>(names: readonly Name[], value: (name: Name) => number): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Name, number>;
}

function distance(one: Float64Array, other: Float64Array): number {
  return one.reduce((most, x, i) => Math.max(most, Math.abs(x - other[i])), 0);
}
