import { type Backend, createRandom, FactoredLayer, hostMatrix, sparseTargets, taylorSoftmax } from "@widehead/core";

export const shape = { m: 4, d: 8, outputs: 50 } as const;

export function makeLayer(backend: Backend): Promise<FactoredLayer> {
  return FactoredLayer.create({
    backend,
    outputs: shape.outputs,
    features: shape.d,
    loss: taylorSoftmax(),
    system: "batch",
    initial: { offset: new Float64Array(shape.d).fill(0.1) },
  });
}

const random = createRandom(7);

/** Steps on random batches, whose number of distinct targets varies, at a rate that never refactors. */
export async function train(layer: FactoredLayer, steps: number): Promise<void> {
  const { m, d, outputs } = shape;
  for (let step = 0; step < steps; step += 1) {
    const hidden = hostMatrix(
      m,
      d,
      Float64Array.from({ length: m * d }, () => random.normal()),
    );
    const ids = Array.from({ length: m }, () => random.integer(outputs));
    await layer.train(hidden, sparseTargets.fromIds(outputs, ids), { learningRate: 1e-4 });
  }
}
