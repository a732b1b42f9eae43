import {
  createRandom,
  type HostMatrix,
  hostMatrix,
  type Loss,
  type Random,
  type SparseTargets,
  type SphericalLoss,
  type UpdateOptions,
} from "@widehead/core";
import type { Preconditioning } from "./curvature.ts";
import type { Batch } from "./descent.ts";

/** A training run as data: where W starts, and the batches that it sees. */
export interface Problem<L extends Loss = SphericalLoss> {
  readonly loss: L;
  /** V [D, d] at the start; W = V + 1 ωᵀ. */
  readonly weights: HostMatrix;
  /** ω [d]. */
  readonly offset: Float64Array;
  readonly batches: readonly Batch[];
  readonly update: UpdateOptions;
  /** Plain gradient descent without one. */
  readonly preconditioning?: Preconditioning;
}

export interface ProblemShape {
  /** D. */
  readonly D: number;
  readonly d: number;
  readonly m: number;
  /** Targets of an example. */
  readonly K: number;
}

export interface ProblemOptions<L extends Loss = SphericalLoss> extends ProblemShape {
  readonly loss: L;
  readonly steps: number;
  readonly seed: number;
  readonly update: UpdateOptions;
  /** Give every example, and every target, a weight. */
  readonly weighted?: boolean;
}

/**
 * A seeded problem: h is tanh-like with a constant last component, outputs start about 1 through that constant's ω,
 * ids are unsorted and meet again in other examples, and one example of a batch is empty where the loss allows it.
 */
export function createProblem<L extends Loss>(options: ProblemOptions<L>): Problem<L> {
  const { D, d, loss, steps, seed, update } = options;
  const random = createRandom(seed);
  const offset = new Float64Array(d);
  offset[d - 1] = 1;
  return {
    loss,
    weights: hostMatrix(
      D,
      d,
      Float64Array.from({ length: D * d }, () => (0.5 * random.normal()) / Math.sqrt(d)),
    ),
    offset,
    batches: Array.from({ length: steps }, () => createBatch(options, random)),
    update,
  };
}

function createBatch(options: ProblemOptions<Loss>, random: Random): Batch {
  const { d, m } = options;
  const hidden = hostMatrix(m, d);
  for (let i = 0; i < m * d; i += 1) hidden.data[i] = i % d === d - 1 ? 1 : Math.tanh(random.normal());
  return { hidden, targets: createTargets(options, random) };
}

function createTargets({ D, m, K, loss, weighted }: ProblemOptions<Loss>, random: Random): SparseTargets {
  const lengths = Array.from({ length: m }, (_, j) => (j === 1 && allowsEmptyTargets(loss) ? 0 : targetCount(loss, K)));
  const offsets = new Uint32Array(m + 1);
  for (const [j, length] of lengths.entries()) offsets[j + 1] = offsets[j] + length;
  const entries = offsets[m];
  const all = Uint32Array.from({ length: D }, (_, id) => id);
  const ids = Uint32Array.from(lengths.flatMap((length) => [...random.shuffle(all).subarray(0, length)]));
  const signed = loss.targets === "any";
  const values = Float64Array.from({ length: entries }, () => (signed ? random.normal() : 0.5 + random.uniform()));
  if (!weighted) return { rows: m, outputs: D, offsets, ids, values };
  return {
    rows: m,
    outputs: D,
    offsets,
    ids,
    values,
    positiveWeights: Float64Array.from({ length: entries }, () => 0.5 + 2 * random.uniform()),
    exampleWeights: Float64Array.from({ length: m }, (_, j) => (j === 2 ? 0 : 0.25 + 1.5 * random.uniform())),
  };
}

function targetCount(loss: Loss, K: number): number {
  return loss.name === "z" ? 1 : K;
}

function allowsEmptyTargets(loss: Loss): boolean {
  return loss.name !== "z" && loss.name !== "cosine";
}
