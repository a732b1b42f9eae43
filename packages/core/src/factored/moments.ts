import type { Matrix, SparseMatrix } from "../contract/index.ts";
import type { Backward, BackwardInput } from "./backward.ts";
import { type Forward, sumOf } from "./forward.ts";

/** diag(a)H [m, d]. */
export function scaledHidden({ backend, buffers }: BackwardInput, pass: Forward, gradient: Backward): Matrix {
  const scaled = buffers.get("scaledHidden", pass.hidden.rows, pass.hidden.columns);
  backend.combine(scaled, [{ matrix: pass.hidden, scale: gradient.squaresSlopes }]);
  return scaled;
}

/**
 * Λ [m, m], half of the pairwise inner products M_c = Λ + Λᵀ of a batch's centred D-dimensional gradients, in m²d:
 *
 *     Λ = diag(a)H (½ diag(a)G₀ + WT_c)ᵀ + ½ (TTᵀ − ττᵀ/D)
 *
 * What is made of M_c is symmetric, so that Λ in place of ½M_c gives the same.
 */
export function halfMoments(input: BackwardInput, pass: Forward, gradient: Backward, transposed: SparseMatrix): Matrix {
  const { backend, buffers, outputs } = input;
  const m = pass.hidden.rows;
  const moments = buffers.get("halfMoments", m, m);
  backend.gemm(gradient.totals, gradient.totals, moments, { transposeB: true, alpha: -0.5 / outputs });
  const targetColumns = buffers.get("targetColumns", transposed.rows, m);
  backend.sparseGemm(transposed, buffers.identity(m), targetColumns);
  backend.sparseGemm(pass.slopes.targets, targetColumns, moments, { alpha: 0.5, beta: 1 });
  addHiddenMoments(input, pass, gradient, moments);
  return moments;
}

/** moments += diag(a)H (½ diag(a)G₀ + WT_c)ᵀ. */
function addHiddenMoments(input: BackwardInput, pass: Forward, gradient: Backward, moments: Matrix): void {
  const { backend, buffers } = input;
  const half = buffers.get("halfCentred", pass.hidden.rows, pass.hidden.columns);
  backend.combine(half, [
    { matrix: pass.gramProduct, scale: gradient.squaresSlopes, factor: 0.5 },
    { matrix: gradient.targetRows },
  ]);
  backend.gemm(scaledHidden(input, pass, gradient), half, moments, { transposeB: true, beta: 1 });
}

/**
 * ‖∇W‖ (Frobenius) of the mean loss, exact, in 2m²d and one read:  ‖∇W‖² = Σ M ∘ (HHᵀ),  M = M_c + ggᵀ/D, which is
 *
 *     2 Σ (diag(a)H (½ diag(a)G₀ + WT_c)ᵀ + ½ggᵀ/D) ∘ (HHᵀ) + ‖TᵀH‖² − ‖τᵀH‖²/D
 *
 * HHᵀ, never the N of a preconditioned step.
 */
export async function gradientNorm(
  input: BackwardInput,
  pass: Forward,
  gradient: Backward,
  transposed: SparseMatrix,
): Promise<number> {
  const { backend, buffers, outputs } = input;
  const { hidden } = pass;
  const [m, d] = [hidden.rows, hidden.columns];
  const moments = buffers.get("halfMoments", m, m);
  const sums = backend.view(gradient.factors, 0, 3 * d + 1, m, 1);
  backend.gemm(sums, sums, moments, { transposeB: true, alpha: 0.5 / outputs });
  addHiddenMoments(input, pass, gradient, moments);
  const inner = buffers.get("hiddenInner", m, m);
  backend.gemm(hidden, hidden, inner, { transposeB: true });
  const dots = buffers.get("momentDots", m, 1);
  backend.rowDots(moments, inner, dots);

  const shared = buffers.get("sharedTargets", transposed.rows, d);
  backend.sparseGemm(transposed, hidden, shared);
  const sharedSquares = buffers.get("sharedSquares", transposed.rows, 1);
  backend.rowDots(shared, shared, sharedSquares);
  const totalHidden = buffers.get("totalHidden", 1, d);
  backend.gemm(gradient.totals, hidden, totalHidden, { transposeA: true });
  const totalSquare = buffers.get("totalSquare", 1, 1);
  backend.rowDots(totalHidden, totalHidden, totalSquare);

  const [ofHidden, ofTargets, [ofTotals]] = await backend.readMany([dots, sharedSquares, totalSquare]);
  return Math.sqrt(Math.max(0, 2 * sumOf(ofHidden) + sumOf(ofTargets) - ofTotals / outputs));
}
