import type { Buffers } from "../buffers.ts";
import type { Backend, Matrix } from "../contract/index.ts";
import type { Forward } from "./forward.ts";
import type { StackedState } from "./state.ts";

/** The gradient of the mean loss, for the body and for the update. Matrices are scratch. */
export interface Backward {
  /** a as a column [m, 1]. */
  readonly squaresSlopes: Matrix;
  /** WT_c = T(W − 1w̄ᵀ/D) [m, d]. */
  readonly targetRows: Matrix;
  /** G_c = diag(a)G₀ + WT_c [m, d]. */
  readonly centred: Matrix;
  /** G = G_c + g w̄ᵀ/D [m, d]: the gradient with respect to H. */
  readonly hiddenGradient: Matrix;
  /** X [m, 3d + 2], whose last two columns [a∘u + b | g] are filled; the update fills the rest. */
  readonly factors: Matrix;
  /** τ as a column [m, 1]. */
  readonly totals: Matrix;
  /** g [m]: the sum of each example's gradient over all outputs. */
  readonly gradientSums: Float64Array;
}

export interface BackwardInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly state: StackedState;
  readonly outputs: number;
  /** The loss's gradient sums to zero by definition; then g is set to zero, not computed by cancellation. */
  readonly centredGradient: boolean;
}

/**
 * The hidden gradient of a batch, in md² + mKd.
 *
 * @see Vincent et al. 2015, §3.2; centred: b and the common part of W drop out of everything but g
 */
export function backward(
  { backend, buffers, state, outputs, centredGradient }: BackwardInput,
  pass: Forward,
): Backward {
  const { hidden, block, slopes } = pass;
  const [m, d] = [hidden.rows, hidden.columns];

  const gradientSums = new Float64Array(m);
  const biases = new Float64Array(2 * m);
  const means = new Float64Array(2 * m);
  for (let j = 0; j < m; j += 1) {
    const [a, b, tau] = [slopes.squares[j], slopes.sums[j], slopes.totals[j]];
    gradientSums[j] = centredGradient ? 0 : a * pass.sums[j] + outputs * b + tau;
    biases[2 * j] = a * pass.offsets[j] + b;
    biases[2 * j + 1] = gradientSums[j];
    means[2 * j] = tau;
    means[2 * j + 1] = -tau / outputs;
  }
  const squaresSlopes = buffers.get("squaresSlopes", m, 1);
  backend.write(squaresSlopes, slopes.squares);
  const factors = buffers.get("factors", m, 3 * d + 2);
  backend.write(backend.view(factors, 0, 3 * d, m, 2), biases);

  const sampledRows = buffers.get("sampledRows", m, d + 2);
  const tail = backend.view(sampledRows, 0, d, m, 2);
  backend.write(tail, means);
  const targetRows = buffers.get("targetRows", m, d);
  if (block.ids.length < m) {
    // WT_c = T (V U) + [τ | −τ/D] [ω ; w̄], where examples share targets
    const blockWeights = buffers.get("blockWeights", block.ids.length, d);
    backend.gemm(block.matrix, state.transform, blockWeights);
    backend.gemm(tail, state.vectors, targetRows);
    backend.sparseGemm(slopes.targets, blockWeights, targetRows, { beta: 1 });
  } else {
    // WT_c = Y U + τ(ω − w̄/D)ᵀ = [Y | τ | −τ/D] [U ; ω ; w̄]
    backend.sparseGemm(slopes.targets, block.matrix, backend.view(sampledRows, 0, 0, m, d));
    backend.gemm(sampledRows, state.extended, targetRows);
  }

  const centred = buffers.get("centred", m, d);
  backend.combine(centred, [{ matrix: pass.gramProduct, scale: squaresSlopes }, { matrix: targetRows }]);
  const hiddenGradient = buffers.get("hiddenGradient", m, d);
  backend.combine(hiddenGradient, [{ matrix: centred }]);
  backend.gemm(backend.view(factors, 0, 3 * d + 1, m, 1), state.sum, hiddenGradient, { alpha: 1 / outputs, beta: 1 });
  const totals = backend.view(tail, 0, 0, m, 1);
  return { squaresSlopes, targetRows, centred, hiddenGradient, factors, totals, gradientSums };
}
