import type { Matrix, SparseMatrix } from "../contract/index.ts";
import type { Forward } from "./forward.ts";
import { probeLeverage } from "./leverage.ts";
import { scaledHidden } from "./moments.ts";
import { halfDecayed, type Solve, type UpdateInput } from "./update.ts";

/**
 * Through the [d, d] system of the features, without m × m work:
 *
 *     K = Hᵀdiag(a)Ĥ,  J = G_cᵀĤ,  U ← U(cI − ηK),  U⁻¹ ← (cI − ηK)⁻¹U⁻¹,  P = ĤU⁻¹_new
 *     Q_c ← A + Aᵀ,  A = ½c²Q_c − ηcJ + η²Kᵀ(J − ½Q_cK) + ½η²(T(TᵀĤ) − τ(τᵀĤ)/D)ᵀĤ
 *
 * which is c²Q_c − ηc(J + Jᵀ) + η²ĤᵀM_cĤ, with (T(W − 1w̄ᵀ/D))ᵀĤ = J − Q_cK in it.
 */
export const updateByFeatures: Solve = (input, pass, gradient, rates, transposed, status) => {
  const { backend, buffers, state, spare } = input;
  const { hidden, direction } = pass;
  const { learningRate, keep } = rates;
  const [m, d] = [hidden.rows, hidden.columns];
  const curvature = buffers.get("curvature", d, d);
  backend.gemm(scaledHidden(input, pass, gradient), direction, curvature, { transposeA: true });
  const cross = buffers.get("cross", d, d);
  backend.gemm(gradient.centred, direction, cross, { transposeA: true });

  backend.combine(spare.gram, [...halfDecayed(state.gram, keep), { matrix: cross, factor: -learningRate * keep }]);
  backend.gemm(state.gram, curvature, cross, { alpha: -0.5, beta: 1 });
  const squared = { transposeA: true, beta: 1 };
  backend.gemm(curvature, cross, spare.gram, { ...squared, alpha: learningRate ** 2 });
  const overlap = targetOverlapRows(input, pass, transposed);
  backend.gemm(overlap, direction, spare.gram, { ...squared, alpha: learningRate ** 2 / 2 });
  backend.addTranspose(spare.gram, spare.gram);

  const step = buffers.get("featureStep", d, d);
  backend.combine(step, [
    { matrix: buffers.identity(d), factor: keep - 1 },
    { matrix: curvature, factor: -learningRate },
  ]);
  backend.combine(spare.transform, [{ matrix: state.transform }]);
  backend.gemm(state.transform, step, spare.transform, { beta: 1 });
  backend.combine(step, [{ matrix: step }, { matrix: buffers.identity(d) }]);
  const leverage = input.measuresLeverage ? probeLeverage(backend, buffers, step, 1 / keep) : undefined;
  const stepInverse = buffers.get("featureStepInverse", d, d);
  backend.luSolve(step, buffers.identity(d), stepInverse, status);
  backend.gemm(state.inverse, stepInverse, spare.inverse, { transposeB: true });
  const tail = backend.view(gradient.factors, 0, 3 * d, m, 2);
  backend.gemm(tail, direction, spare.vectors, { transposeA: true, alpha: -learningRate, beta: 1 });

  const directions = buffers.get("directions", m, d);
  backend.gemm(direction, spare.inverse, directions, { transposeB: true });
  return { directions, leverage };
};

/** T(TᵀĤ) − τ(τᵀĤ)/D [m, d]: what the targets alone add to M_cĤ. */
function targetOverlapRows(input: UpdateInput, { direction, slopes }: Forward, transposed: SparseMatrix): Matrix {
  const { backend, buffers, outputs } = input;
  const [m, d] = [direction.rows, direction.columns];
  const shared = buffers.get("sharedTargets", transposed.rows, d);
  backend.sparseGemm(transposed, direction, shared);
  const overlap = buffers.get("overlapRows", m, d);
  backend.sparseGemm(slopes.targets, shared, overlap);
  const totals = buffers.get("totals", m, 1);
  backend.write(totals, slopes.totals);
  const totalDirection = buffers.get("totalDirection", 1, d);
  backend.gemm(totals, direction, totalDirection, { transposeA: true });
  backend.gemm(totals, totalDirection, overlap, { alpha: -1 / outputs, beta: 1 });
  return overlap;
}
