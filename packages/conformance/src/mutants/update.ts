import type { Backend, Matrix } from "@widehead/core";
import { defaultParts } from "@widehead/core/internals";
import { replace } from "../replace.ts";
import { afterUpdate, type LayerMutant, type UpdateStep, withParts } from "./mutant.ts";

type StatePart = "transform" | "inverse" | "gram" | "offset" | "sum";

/** A part of the state that stays as it was before the step. */
function stale(part: StatePart) {
  return afterUpdate(({ input: { backend, state, spare } }) => {
    backend.combine(spare[part], [{ matrix: state[part] }]);
  });
}

/** What changes of a matrix in this step changes in the other direction. */
function mirror(backend: Backend, matrix: Matrix, before: Matrix, keep: number): void {
  backend.combine(matrix, [
    { matrix: before, factor: 2 * keep },
    { matrix, factor: -1 },
  ]);
}

/** Q_c ← c²Q_c − ηc(G_cᵀH + HᵀG_c), without the step's square. */
function gramToFirstOrder({ input: { backend, state, spare }, pass, gradient, rates }: UpdateStep): void {
  const { learningRate, keep } = rates;
  backend.combine(spare.gram, [{ matrix: state.gram, factor: keep ** 2 / 2 }]);
  const alpha = -learningRate * keep;
  backend.gemm(gradient.centred, pass.hidden, spare.gram, { transposeA: true, alpha, beta: 1 });
  backend.addTranspose(spare.gram, spare.gram);
}

/** The update on a backend that differs in one of its calls. */
function withBackend(change: (input: UpdateStep["input"], pass: UpdateStep["pass"]) => Partial<Backend>) {
  return withParts({
    update(input, pass, gradient, rates) {
      const backend = replace(input.backend, change(input, pass));
      return defaultParts.update({ ...input, backend }, pass, gradient, rates);
    },
  });
}

export const updateMutants: readonly LayerMutant[] = [
  {
    id: "update-uphill",
    title: "The step goes up the gradient",
    killedBy: "step/squared/plain",
    createLayer: withParts({
      update: (input, pass, gradient, rates) =>
        defaultParts.update(input, pass, gradient, { ...rates, learningRate: -rates.learningRate }),
    }),
  },
  {
    id: "transform-uphill",
    title: "The update of U has the wrong sign",
    killedBy: "step/squared/plain",
    createLayer: afterUpdate(({ input: { backend, state, spare }, rates }) =>
      mirror(backend, spare.transform, state.transform, rates.keep),
    ),
  },
  {
    id: "rows-uphill",
    title: "The update of V has the wrong sign",
    killedBy: "step/squared/plain",
    createLayer: afterUpdate(({ input: { backend }, pass, candidate }) =>
      mirror(backend, candidate.rows, pass.block.matrix, 1),
    ),
  },
  { id: "gram-stale", title: "Q_c is not updated", killedBy: "step/squared/plain", createLayer: stale("gram") },
  { id: "offset-stale", title: "ω is not updated", killedBy: "step/squared/plain", createLayer: stale("offset") },
  { id: "sum-stale", title: "w̄ is not updated", killedBy: "step/squared/plain", createLayer: stale("sum") },
  {
    id: "inverse-stale",
    title: "U⁻ᵀ is not updated: every step then refactors, which hides it from the numbers",
    killedBy: "conditioning/not-needed",
    createLayer: stale("inverse"),
  },
  {
    id: "inverse-not-decayed",
    title: "Weight decay scales U but not U⁻ᵀ",
    killedBy: "conditioning/not-needed",
    createLayer: afterUpdate(({ input: { backend, spare }, rates }) =>
      backend.combine(spare.inverse, [{ matrix: spare.inverse, factor: rates.keep }]),
    ),
  },
  {
    id: "rows-by-old-inverse",
    title: "V is updated with HU⁻¹ of the U before the step",
    killedBy: "step/squared/plain",
    createLayer: afterUpdate(({ input: { backend }, pass, rates, candidate }) => {
      backend.combine(candidate.rows, [{ matrix: pass.block.matrix }]);
      const alpha = -rates.learningRate;
      backend.sparseGemm(candidate.transposed, pass.rotated!, candidate.rows, { alpha, beta: 1 });
    }),
  },
  {
    id: "row-not-written-back",
    title: "The last row that a batch touches stays as it was",
    killedBy: "step/squared/plain",
    createLayer: afterUpdate(({ input: { backend }, pass, candidate: { rows } }) => {
      const last = (matrix: Matrix) =>
        backend.view(matrix, Math.max(0, rows.rows - 1), 0, Math.min(1, rows.rows), rows.columns);
      backend.combine(last(rows), [{ matrix: last(pass.block.matrix) }]);
    }),
  },
  {
    id: "gram-not-decayed",
    title: "Weight decay leaves Q_c as it was",
    killedBy: "step/squared/weight-decay",
    createLayer: afterUpdate(({ input: { backend, state, spare }, rates }) =>
      backend.combine(spare.gram, [{ matrix: spare.gram }, { matrix: state.gram, factor: 1 - rates.keep ** 2 }]),
    ),
  },
  {
    id: "gram-to-first-order",
    title: "The step's square is left out of Q_c",
    killedBy: "step/squared/plain",
    createLayer: afterUpdate(gramToFirstOrder),
  },
  {
    id: "batch-system-transposed",
    title: "The batch's system is solved transposed, which only examples with different slopes show",
    killedBy: "conditioning/not-needed",
    createLayer: withBackend(({ backend, buffers }) => ({
      luSolve(a, b, out, status) {
        using transposed = backend.allocate(a.rows, a.columns);
        backend.gemm(a, buffers.identity(a.rows), transposed, { transposeA: true });
        backend.luSolve(transposed, b, out, status);
      },
    })),
  },
  {
    id: "features-step-on-wrong-side",
    title: "In the features' system, U is multiplied from the left",
    killedBy: "run/squared/plain",
    createLayer: withBackend(({ backend, spare }) => ({
      gemm: (a, b, out, options) => {
        const swapped = out === spare.transform;
        backend.gemm(swapped ? b : a, swapped ? a : b, out, options);
      },
    })),
  },
  {
    id: "features-without-overlap",
    title: "In the features' system, Q_c misses the targets' own products",
    killedBy: "step/squared/plain",
    createLayer: withBackend(({ backend, spare }, { hidden }) => ({
      gemm: (a, b, out, options) => {
        if (out !== spare.gram || b !== hidden) backend.gemm(a, b, out, options);
      },
    })),
  },
];
