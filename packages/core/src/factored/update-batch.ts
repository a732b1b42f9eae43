import { probeLeverage } from "./leverage.ts";
import { halfMoments } from "./moments.ts";
import { decayed, halfDecayed, type Solve } from "./update.ts";

/**
 * Through the [m, m] system of the batch (Woodbury). For Ĥ = H all d × d updates are one product:
 *
 *     P = (1/c)(I − (η/c)ĤHᵀdiag(a))⁻¹ĤU⁻¹,   E = cG_c − ηΛĤ
 *     U⁻ᵀ ← U⁻ᵀ/c + (η/c)(diag(a)P)ᵀH,   [Q_c ; U ; ω ; w̄] ← scaled − η[E | diag(a)Z | a∘u + b | g]ᵀĤ
 *     Q_c ← c²Q_c − η(EᵀĤ + ĤᵀE)
 */
export const updateByBatch: Solve = (input, pass, gradient, rates, transposed, status) => {
  const { backend, buffers, state, spare } = input;
  const { hidden, direction } = pass;
  const { learningRate, keep } = rates;
  const { factors, squaresSlopes } = gradient;
  const [m, d] = [hidden.rows, hidden.columns];
  const moments = halfMoments(input, pass, gradient, transposed);
  const scaled = buffers.get("scaledHidden", m, d);

  const system = buffers.get("batchSystem", m, m);
  backend.combine(system, [{ matrix: buffers.identity(m) }]);
  backend.gemm(direction, scaled, system, { transposeB: true, alpha: -learningRate / keep, beta: 1 });
  const leverage = input.measuresLeverage ? probeLeverage(backend, buffers, system) : undefined;
  const directions = buffers.get("directions", m, d);
  backend.luSolve(system, pass.rotated!, directions, status);
  if (keep !== 1) backend.combine(directions, [{ matrix: directions, factor: 1 / keep }]);

  const factor = (at: number) => backend.view(factors, 0, at * d, m, d);
  backend.combine(factor(0), [{ matrix: directions, scale: squaresSlopes, factor: -1 / keep }]);
  backend.combine(factor(1), [{ matrix: gradient.centred, factor: keep }]);
  backend.gemm(moments, direction, factor(1), { alpha: -learningRate, beta: 1 });
  backend.combine(factor(2), [{ matrix: pass.transformed, scale: squaresSlopes }]);

  backend.combine(spare.transform, decayed(state.transform, keep));
  backend.combine(spare.inverse, decayed(state.inverse, 1 / keep));
  backend.combine(spare.gram, halfDecayed(state.gram, keep));
  const options = { transposeA: true, alpha: -learningRate, beta: 1 };
  if (direction === hidden) {
    backend.gemm(factors, hidden, spare.matrix, options);
  } else {
    backend.gemm(factor(0), hidden, spare.inverse, options);
    backend.gemm(backend.view(factors, 0, d, m, 2 * d + 2), direction, spare.observed, options);
  }
  backend.addTranspose(spare.gram, spare.gram);
  return { directions, leverage };
};
