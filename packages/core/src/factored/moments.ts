import type { Matrix, SparseMatrix } from "../contract/index.ts";
import type { Backward, BackwardInput } from "./backward.ts";
import type { Forward } from "./forward.ts";
import { targetOverlap } from "./targets.ts";

/** diag(a)H [m, d]. */
export function scaledHidden({ backend, buffers }: BackwardInput, pass: Forward, gradient: Backward): Matrix {
  const scaled = buffers.get("scaledHidden", pass.hidden.rows, pass.hidden.columns);
  backend.combine(scaled, [{ matrix: pass.hidden, scale: gradient.squaresSlopes }]);
  return scaled;
}

/**
 * M_c [m, m]: pairwise inner products of the centred D-dimensional gradients of a batch, in m²d.
 *
 *     M_c = Λ + Λᵀ,   Λ = diag(a)H (½ diag(a)G₀ + WT_c)ᵀ + ½ (TTᵀ − ττᵀ/D)
 */
export function centredMoments(
  input: BackwardInput,
  pass: Forward,
  gradient: Backward,
  transposed: SparseMatrix,
): Matrix {
  const { backend, buffers, outputs } = input;
  const [m, d] = [pass.hidden.rows, pass.hidden.columns];
  const half = buffers.get("halfCentred", m, d);
  backend.combine(half, [
    { matrix: pass.gramProduct, scale: gradient.squaresSlopes, factor: 0.5 },
    { matrix: gradient.targetRows },
  ]);
  const lambda = buffers.get("lambda", m, m);
  backend.gemm(gradient.totals, gradient.totals, lambda, { transposeB: true, alpha: -0.5 / outputs });
  const overlap = targetOverlap(pass.slopes.targets, transposed);
  backend.sparseGemm(overlap, buffers.identity(m), lambda, { alpha: 0.5, beta: 1 });
  backend.gemm(scaledHidden(input, pass, gradient), half, lambda, { transposeB: true, beta: 1 });
  const moments = buffers.get("moments", m, m);
  backend.addTranspose(lambda, moments);
  return moments;
}

/**
 * ‖∇W‖ (Frobenius) of the mean loss, exact, in 2m²d and one read:  ‖∇W‖² = Σ M ∘ (HHᵀ),  M = M_c + ggᵀ/D.
 * HHᵀ, never the N of a preconditioned step.
 */
export async function gradientNorm(
  input: BackwardInput,
  pass: Forward,
  gradient: Backward,
  transposed: SparseMatrix,
): Promise<number> {
  const { backend, buffers, outputs } = input;
  const m = pass.hidden.rows;
  const moments = centredMoments(input, pass, gradient, transposed);
  const sums = backend.view(gradient.factors, 0, 3 * pass.hidden.columns + 1, m, 1);
  backend.gemm(sums, sums, moments, { transposeB: true, alpha: 1 / outputs, beta: 1 });
  const inner = buffers.get("hiddenInner", m, m);
  backend.gemm(pass.hidden, pass.hidden, inner, { transposeB: true });
  const dots = buffers.get("momentDots", m, 1);
  backend.rowDots(moments, inner, dots);
  const [values] = await backend.readMany([dots]);
  let total = 0;
  for (const value of values) total += value;
  return Math.sqrt(Math.max(0, total));
}
