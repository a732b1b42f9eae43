import { FactoredLayer, type Json, type RestoreOptions, type Snapshot, type Tensor } from "@widehead/core";
import type { CreateLayer, RestoreLayer } from "../case.ts";
import { replace } from "../replace.ts";
import { type LayerMutant, withParts } from "./mutant.ts";

/** A layer whose clipping lowers the learning rate of the whole update, its weight decay included. */
const createClippingDecay: CreateLayer = async (options) => {
  const layer = await withParts({})(options);
  return replace(layer, {
    async gradient(hidden, targets, gradientOptions) {
      const step = await layer.gradient(hidden, targets, gradientOptions);
      return {
        ...step,
        async apply({ learningRate, weightDecay = 0, clipNorm = Infinity }) {
          const clipping = Math.min(1, clipNorm / (await step.gradientNorm()));
          await step.apply({ learningRate: learningRate * clipping, weightDecay });
        },
      };
    },
  });
};

/** A layer restored from what is left of its snapshot. */
function restoring(forget: (snapshot: Snapshot) => Snapshot): RestoreLayer {
  return (snapshot: Snapshot, options: RestoreOptions) => FactoredLayer.restore(forget(snapshot), options);
}

function withFact(name: string, value: Json) {
  return restoring((snapshot) => ({ ...snapshot, facts: { ...snapshot.facts, [name]: value } }));
}

function zeros(tensor: Tensor): Tensor {
  const count = tensor.shape.reduce((product, size) => product * size, 1);
  const bytes = tensor.dtype === "F64" ? 8 : 4;
  return { ...tensor, chunks: () => [new Uint8Array(bytes * count)] };
}

export const callMutants: readonly LayerMutant[] = [
  {
    id: "clipping-scales-decay",
    title: "Clipping scales the weight decay down, too",
    killedBy: "step/squared/clipping",
    createLayer: createClippingDecay,
  },
  {
    id: "epochs-not-restored",
    title: "A restored layer takes all its rows for rows of the first epoch",
    killedBy: "snapshot/continue",
    restoreLayer: restoring(({ facts, tensors }) => ({
      facts,
      tensors: tensors.map((tensor) => (tensor.name === "epochs" ? zeros(tensor) : tensor)),
    })),
  },
  {
    id: "sweep-not-restored",
    title: "A restored layer begins its pass over the rows anew",
    killedBy: "snapshot/continue",
    restoreLayer: withFact("sweep", { cursor: 0, marks: [[0, 0]], debt: 0, pace: 0, interval: 0, due: 0 }),
  },
  {
    id: "settling-not-restored",
    title: "A restored layer has forgotten which rows are still to be settled",
    killedBy: "snapshot/continue",
    restoreLayer: restoring(({ facts, tensors }) => ({
      facts: { ...facts, settling: { blocks: [], pace: 0, interval: 0, due: 0 } },
      tensors: tensors.map((tensor) =>
        tensor.name === "unsettled" ? { ...tensor, shape: [0], chunks: () => [] } : tensor,
      ),
    })),
  },
  {
    id: "exact-products-not-restored",
    title: "A restored layer has lost the numbers that products are formed from",
    killedBy: "snapshot/continue",
    restoreLayer: restoring(({ facts, tensors }) => ({
      facts,
      tensors: tensors.map((tensor) => (tensor.name === "exactLeaps" ? zeros(tensor) : tensor)),
    })),
  },
];
