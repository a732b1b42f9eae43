import type { Rates } from "../batch-layer.ts";
import type { Matrix, SparseMatrix } from "../contract/index.ts";
import type { Backward, BackwardInput } from "./backward.ts";
import type { Forward } from "./forward.ts";
import { centredMoments, scaledHidden } from "./moments.ts";
import type { StackedState } from "./state.ts";
import { transpose } from "./targets.ts";

export interface UpdateInput extends BackwardInput {
  /** Takes the new state; the old one stays as it is until the step is committed. */
  readonly spare: StackedState;
  readonly system: "auto" | "batch" | "features";
}

/** What the step would make of the layer; nothing is committed yet. */
export interface Candidate {
  /** Tᵀ [r, m]. */
  readonly transposed: SparseMatrix;
  /** The touched rows after the step [r, d], for U_new. */
  readonly rows: Matrix;
  /** 0, or 1 + the index of the pivot at which the elimination failed [1, 1]. */
  readonly status: Matrix;
}

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
  backend.combine(spare.extended, [{ matrix: state.extended, factor: rates.keep }]);

  // P = H U⁻¹_new, so that V_new U_new takes the sparse part of the gradient
  const solve = prefersFeatures(input.system, m, d) ? updateByFeatures : updateByBatch;
  const directions = solve(input, pass, gradient, rates, transposed, status);
  const rows = buffers.get("newRows", block.ids.length, d);
  backend.combine(rows, [{ matrix: block.matrix }]);
  backend.sparseGemm(transposed, directions, rows, { alpha: -rates.learningRate, beta: 1 });
  return { transposed, rows, status };
}

function prefersFeatures(system: UpdateInput["system"], m: number, d: number): boolean {
  if (system !== "auto") return system === "features";
  return 4 * m * m * d + m ** 3 / 3 > m * d * d + (16 / 3) * d ** 3;
}

type Solve = (
  input: UpdateInput,
  pass: Forward,
  gradient: Backward,
  rates: Rates,
  transposed: SparseMatrix,
  status: Matrix,
) => Matrix;

/**
 * Through the [m, m] system of the batch (Woodbury), all three d × d updates being one product:
 *
 *     P = (1/c)(I − (η/c)HHᵀdiag(a))⁻¹HU⁻¹,   X = [−diag(a)P/c | E | diag(a)Z | a∘u + b | g],   S ← scaled S − ηXᵀH
 *     E = cG_c − (η/2)M_cH,   Q_c ← c²Q_c − η(EᵀH + HᵀE)
 */
const updateByBatch: Solve = (input, pass, gradient, rates, transposed, status) => {
  const { backend, buffers, state, spare } = input;
  const { hidden } = pass;
  const { learningRate, keep } = rates;
  const { factors, squaresSlopes } = gradient;
  const [m, d] = [hidden.rows, hidden.columns];
  const moments = centredMoments(input, pass, gradient, transposed);
  const scaled = buffers.get("scaledHidden", m, d);

  const system = buffers.get("batchSystem", m, m);
  backend.combine(system, [{ matrix: buffers.identity(m) }]);
  backend.gemm(hidden, scaled, system, { transposeB: true, alpha: -learningRate / keep, beta: 1 });
  const directions = buffers.get("directions", m, d);
  backend.luSolve(system, pass.rotated!, directions, status);
  backend.combine(directions, [{ matrix: directions, factor: 1 / keep }]);

  const factor = (at: number) => backend.view(factors, 0, at * d, m, d);
  backend.combine(factor(0), [{ matrix: directions, scale: squaresSlopes, factor: -1 / keep }]);
  backend.combine(factor(1), [{ matrix: gradient.centred, factor: keep }]);
  backend.gemm(moments, hidden, factor(1), { alpha: -learningRate / 2, beta: 1 });
  backend.combine(factor(2), [{ matrix: pass.transformed, scale: squaresSlopes }]);

  backend.combine(spare.inverse, [{ matrix: state.inverse, factor: 1 / keep }]);
  backend.combine(spare.gram, [{ matrix: state.gram, factor: keep ** 2 / 2 }]);
  backend.gemm(factors, hidden, spare.matrix, { transposeA: true, alpha: -learningRate, beta: 1 });
  backend.addTranspose(spare.gram, spare.gram);
  return directions;
};

/**
 * Through the [d, d] system of the features, without m × m work:
 *
 *     K = Hᵀdiag(a)H,  J = G_cᵀH,  U ← U(cI − ηK),  U⁻¹ ← (cI − ηK)⁻¹U⁻¹,  P = HU⁻¹_new
 *     Q_c ← A + Aᵀ,  A = ½c²Q_c − ηcJ + η²Kᵀ(J − ½Q_cK) + ½η²(T(TᵀH) − τ(τᵀH)/D)ᵀH
 *
 * which is c²Q_c − ηc(J + Jᵀ) + η²HᵀM_cH, with TᵀW_cH = J − Q_cK in it.
 */
const updateByFeatures: Solve = (input, pass, gradient, rates, transposed, status) => {
  const { backend, buffers, state, spare, outputs } = input;
  const { hidden, slopes } = pass;
  const { learningRate, keep } = rates;
  const [m, d] = [hidden.rows, hidden.columns];
  const curvature = buffers.get("curvature", d, d);
  backend.gemm(scaledHidden(input, pass, gradient), hidden, curvature, { transposeA: true });
  const cross = buffers.get("cross", d, d);
  backend.gemm(gradient.centred, hidden, cross, { transposeA: true });

  const shared = buffers.get("sharedTargets", transposed.rows, d);
  backend.sparseGemm(transposed, hidden, shared);
  const overlap = buffers.get("overlapRows", m, d);
  backend.sparseGemm(slopes.targets, shared, overlap);
  const totals = buffers.get("totals", m, 1);
  backend.write(totals, slopes.totals);
  const totalHidden = buffers.get("totalHidden", 1, d);
  backend.gemm(totals, hidden, totalHidden, { transposeA: true });
  backend.gemm(totals, totalHidden, overlap, { alpha: -1 / outputs, beta: 1 });

  backend.combine(spare.gram, [
    { matrix: state.gram, factor: keep ** 2 / 2 },
    { matrix: cross, factor: -learningRate * keep },
  ]);
  backend.gemm(state.gram, curvature, cross, { alpha: -0.5, beta: 1 });
  backend.gemm(curvature, cross, spare.gram, { transposeA: true, alpha: learningRate ** 2, beta: 1 });
  backend.gemm(overlap, hidden, spare.gram, { transposeA: true, alpha: learningRate ** 2 / 2, beta: 1 });
  backend.addTranspose(spare.gram, spare.gram);

  const step = buffers.get("featureStep", d, d);
  backend.combine(step, [
    { matrix: buffers.identity(d), factor: keep },
    { matrix: curvature, factor: -learningRate },
  ]);
  backend.gemm(state.transform, step, spare.transform);
  const stepInverse = buffers.get("featureStepInverse", d, d);
  backend.luSolve(step, buffers.identity(d), stepInverse, status);
  backend.gemm(state.inverse, stepInverse, spare.inverse, { transposeB: true });
  const tail = backend.view(gradient.factors, 0, 3 * d, m, 2);
  backend.gemm(tail, hidden, spare.vectors, { transposeA: true, alpha: -learningRate, beta: 1 });

  const directions = buffers.get("directions", m, d);
  backend.gemm(hidden, spare.inverse, directions, { transposeB: true });
  return directions;
};
