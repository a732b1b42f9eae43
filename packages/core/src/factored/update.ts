import type { Rates } from "../batch-layer.ts";
import type { Matrix, SparseMatrix, Term } from "../contract/index.ts";
import type { Backward, BackwardInput } from "./backward.ts";
import type { Forward } from "./forward.ts";
import type { Leverage } from "./leverage.ts";
import type { StackedState } from "./state.ts";
import { transpose } from "./targets.ts";
import { updateByBatch } from "./update-batch.ts";
import { updateByFeatures } from "./update-features.ts";

export interface UpdateInput extends BackwardInput {
  /** Takes the new state; the old one stays as it is until the step is committed. */
  readonly spare: StackedState;
  readonly system: "auto" | "batch" | "features";
  /** True to measure the leverage of the batch, for a loss whose curvature is constant. */
  readonly measuresLeverage: boolean;
}

/** What the step would make of the layer; nothing is committed yet. */
export interface Candidate {
  /** Tᵀ [r, m]. */
  readonly transposed: SparseMatrix;
  /** The touched rows after the step [r, d], for U_new. */
  readonly rows: Matrix;
  /** 0, or 1 + the index of the pivot at which the elimination failed [1, 1]. */
  readonly status: Matrix;
  readonly leverage: Leverage | undefined;
}

/** One of the two ways to solve for P and to fill the spare state. */
export type Solve = (
  input: UpdateInput,
  pass: Forward,
  gradient: Backward,
  rates: Rates,
  transposed: SparseMatrix,
  status: Matrix,
) => { readonly directions: Matrix; readonly leverage: Leverage | undefined };

/**
 * The gradient step W ← cW − η∇W on the factors, into the spare state and a new block of rows. Costs, next to the
 * 4md² of forward and backward: 3md² + 4m²d + m³/3 in the batch's system, 4md² + 5⅓d³ in the features' system.
 *
 * @see Vincent et al. 2015, eqs. 4–6, for one example and squared error
 */
export function update(input: UpdateInput, pass: Forward, gradient: Backward, rates: Rates): Candidate {
  const { backend, buffers, state, spare } = input;
  const { block, hidden, slopes } = pass;
  const [m, d] = [hidden.rows, hidden.columns];
  const transposed = transpose(slopes.targets);
  const status = buffers.get("status", 1, 1);
  backend.combine(spare.vectors, decayed(state.vectors, rates.keep));

  // P = Ĥ U⁻¹_new, so that V_new U_new takes the sparse part of the gradient
  const solve = prefersFeatures(input.system, m, d) ? updateByFeatures : updateByBatch;
  const { directions, leverage } = solve(input, pass, gradient, rates, transposed, status);
  const rows = buffers.get("newRows", block.ids.length, d);
  backend.combine(rows, [{ matrix: block.matrix }]);
  backend.sparseGemm(transposed, directions, rows, { alpha: -rates.learningRate, beta: 1 });
  return { transposed, rows, status, leverage };
}

/**
 * The terms of factor · matrix. A factor just below 1 is rounded alike at each step: in float32 the error adds up over
 * many steps, and not alike in U and in its inverse. Its distance from 1 is rounded to far less.
 */
export function decayed(matrix: Matrix, factor: number): Term[] {
  return factor === 1 ? [{ matrix }] : [{ matrix }, { matrix, factor: factor - 1 }];
}

/** The terms of ½c²Q_c, rounded as in {@link decayed}; with its transpose it makes c²Q_c. */
export function halfDecayed(gram: Matrix, keep: number): Term[] {
  return [{ matrix: gram, factor: 0.5 }, ...(keep === 1 ? [] : [{ matrix: gram, factor: (keep ** 2 - 1) / 2 }])];
}

function prefersFeatures(system: UpdateInput["system"], m: number, d: number): boolean {
  if (system !== "auto") return system === "features";
  return 4 * m * m * d + m ** 3 / 3 > m * d * d + (16 / 3) * d ** 3;
}
