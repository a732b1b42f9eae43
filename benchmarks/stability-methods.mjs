import { referenceModule } from "@widehead/conformance";
import { FactoredLayer } from "@widehead/core";
import { DenseDescent } from "./stability-dense.mjs";
import { PaperMethod } from "./stability-paper.mjs";

/** What is held against dense float64 descent: each trains on a batch, and gives its weights W [D, d]. */
export const methods = {
  float32: (loss, weights) => layerMethod(loss, weights, { dtype: "float32" }),
  /** A tenth of the default limit: what more frequent refactorings buy. */
  tight: (loss, weights) => layerMethod(loss, weights, { dtype: "float32", conditionLimit: 3 }),
  float64: (loss, weights) => layerMethod(loss, weights, { dtype: "float64" }),
  /** Dense descent that rounds every weight to float32 once a step and nothing else: the floor of whatever stores float32. */
  rounded: async (loss, weights) => new DenseDescent(loss, weights, Float32Array),
  eager: (loss, weights) => PaperMethod.create(loss, weights, "eager"),
  unrepaired: (loss, weights) => PaperMethod.create(loss, weights, "none"),
};

async function layerMethod(loss, weights, { dtype, ...options }) {
  const { rows: outputs, columns: features } = weights;
  const backend = await referenceModule.create({ dtype });
  const layer = await FactoredLayer.create({ ...options, backend, outputs, features, loss, initial: { weights } });
  return {
    async train(hidden, targets, rates) {
      const { losses, hiddenGradient } = await layer.train(hidden, targets, rates);
      return { losses, hiddenGradient: hiddenGradient.data };
    },
    weights: async () => (await layer.rows(Uint32Array.from({ length: outputs }, (_, k) => k))).data,
    diagnostics: () => layer.diagnostics(),
  };
}
