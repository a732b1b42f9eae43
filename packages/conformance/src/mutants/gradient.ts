import type { SparseTargets } from "@widehead/core";
import { defaultParts, type FactoredParts } from "@widehead/core/internals";
import { replace } from "../replace.ts";
import { type LayerMutant, withParts } from "./mutant.ts";

/** A layer that sees other targets than it was given. */
function seeing(change: (targets: SparseTargets) => SparseTargets) {
  return withParts({
    forward: (input, hidden, block, targets, purpose) =>
      defaultParts.forward(input, hidden, block, change(targets), purpose),
  });
}

function sumToRows(weights: ArrayLike<number>): Float64Array {
  const total = Array.from(weights).reduce((sum, weight) => sum + weight, 0);
  return Float64Array.from(weights, (weight) => (weight * weights.length) / total);
}

/** T keeps its values, everything else of the example is weighted. */
const forwardWithUnweightedTargets: FactoredParts["forward"] = async (input, hidden, block, targets, purpose) => {
  const pass = await defaultParts.forward(input, hidden, block, targets, purpose);
  const { offsets, exampleWeights } = targets;
  const values = pass.slopes.targets.values.slice();
  for (let j = 0; j < targets.rows; j += 1) {
    const weight = exampleWeights?.[j] || 1;
    for (let n = offsets[j]; n < offsets[j + 1]; n += 1) values[n] /= weight;
  }
  return { ...pass, slopes: { ...pass.slopes, targets: { ...pass.slopes.targets, values } } };
};

/** T(V U) in place of T(V U + 1(ω − w̄/D)ᵀ). */
const backwardWithoutTotals: FactoredParts["backward"] = (input, pass) => {
  const { backend, buffers, state } = input;
  const d = pass.hidden.columns;
  const extended = buffers.get("transformAlone", d + 2, d);
  backend.fill(extended, 0);
  backend.combine(backend.view(extended, 0, 0, d, d), [{ matrix: state.transform }]);
  return defaultParts.backward({ ...input, state: replace(state, { extended }) }, pass);
};

export const gradientMutants: readonly LayerMutant[] = [
  {
    id: "hidden-gradient-centred",
    title: "The hidden gradient misses what all outputs share, g w̄ᵀ/D",
    killedBy: "step/squared/plain",
    createLayer: withParts({
      backward(input, pass) {
        const gradient = defaultParts.backward(input, pass);
        input.backend.combine(gradient.hiddenGradient, [{ matrix: gradient.centred }]);
        return gradient;
      },
    }),
  },
  {
    id: "target-totals-forgotten",
    title: "The targets' rows miss τ(ω − w̄/D)ᵀ",
    killedBy: "step/squared/plain",
    createLayer: withParts({ backward: backwardWithoutTotals }),
  },
  {
    id: "shared-slope-counted-once",
    title: "g has b once, and not for each of the D outputs",
    killedBy: "step/taylor/plain",
    createLayer: withParts({
      backward(input, pass) {
        const sums = pass.slopes.sums.map((slope) => slope / input.outputs);
        return defaultParts.backward(input, { ...pass, slopes: { ...pass.slopes, sums } });
      },
    }),
  },
  {
    id: "offset-forgotten",
    title: "Outputs are taken without ω·h",
    killedBy: "step/spherical/plain",
    createLayer: withParts({
      forward(input, hidden, block, targets, purpose) {
        const { backend, buffers, state } = input;
        const matrix = buffers.get("stateWithoutOffset", state.matrix.rows, hidden.columns);
        backend.combine(matrix, [{ matrix: state.matrix }]);
        backend.fill(backend.view(matrix, 3 * hidden.columns, 0, 1, hidden.columns), 0);
        return defaultParts.forward({ ...input, state: replace(state, { matrix }) }, hidden, block, targets, purpose);
      },
    }),
  },
  {
    id: "norm-of-centred-moments",
    title: "The gradient's norm is taken from M_c, not from M",
    killedBy: "step/squared/plain",
    createLayer: withParts({
      gradientNorm(input, pass, gradient, transposed) {
        const factors = input.buffers.get("noFactors", gradient.factors.rows, gradient.factors.columns);
        input.backend.fill(factors, 0);
        return defaultParts.gradientNorm(input, pass, { ...gradient, factors }, transposed);
      },
    }),
  },
  {
    id: "norm-without-shared-outputs",
    title: "In T Tᵀ, examples with a common target do not meet",
    killedBy: "step/squared/plain",
    createLayer: withParts({
      gradientNorm(input, pass, gradient, transposed) {
        const rows = transposed.values.length;
        const offsets = Uint32Array.from({ length: rows + 1 }, (_, n) => n);
        return defaultParts.gradientNorm(input, pass, gradient, { ...transposed, rows, offsets });
      },
    }),
  },
  {
    id: "example-weights-forgotten-in-targets",
    title: "Example weights scale a and b, but not T",
    killedBy: "step/squared/weights",
    createLayer: withParts({ forward: forwardWithUnweightedTargets }),
  },
  {
    id: "mean-by-weights",
    title: "Means divide by the sum of the example weights",
    killedBy: "step/squared/weights",
    createLayer: seeing((targets) =>
      targets.exampleWeights ? { ...targets, exampleWeights: sumToRows(targets.exampleWeights) } : targets,
    ),
  },
  {
    id: "positive-weights-forgotten",
    title: "The weights of the non-zeros are taken as 1",
    killedBy: "step/weighted-squared/weights",
    createLayer: seeing(({ positiveWeights: _, ...targets }) => targets),
  },
];
