import {
  type Backend,
  createRandom,
  FactoredLayer,
  hostMatrix,
  sparseTargets,
  taylorSoftmax,
  type UpdateOptions,
} from "@widehead/core";

export const shape = { m: 4, d: 8, outputs: 50 } as const;

/** @param conditionLimit  with 1, every step that changes U beyond rounding refactors; unless told, none does */
export function makeLayer(backend: Backend, conditionLimit?: number): Promise<FactoredLayer> {
  return FactoredLayer.create({
    backend,
    outputs: shape.outputs,
    features: shape.d,
    loss: taylorSoftmax(),
    system: "batch",
    ...(conditionLimit !== undefined && { conditionLimit }),
    initial: { offset: new Float64Array(shape.d).fill(0.1) },
  });
}

const random = createRandom(7);

/** Steps on random batches, whose number of distinct targets varies. */
export async function train(layer: FactoredLayer, steps: number, options: Partial<UpdateOptions> = {}): Promise<void> {
  const { m, d, outputs } = shape;
  for (let step = 0; step < steps; step += 1) {
    const hidden = hostMatrix(
      m,
      d,
      Float64Array.from({ length: m * d }, () => random.normal()),
    );
    const ids = Array.from({ length: m }, () => random.integer(outputs));
    await layer.train(hidden, sparseTargets.fromIds(outputs, ids), { learningRate: 1e-4, ...options });
  }
}

/** What each kind of step adds to a count, in the middle of a run. */
export async function countPerStep(backend: Backend, count: () => number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [kind, conditionLimit, options] of [
    ["plain", undefined, {}],
    ["clipping", undefined, { clipNorm: 1e-3 }],
    ["refactoring", 1, { learningRate: 0.1 }],
  ] as const) {
    await using layer = await makeLayer(backend, conditionLimit);
    await train(layer, 2, options);
    const { refactorings } = await layer.diagnostics();
    const before = count();
    await train(layer, 1, options);
    counts[kind] = count() - before;
    const refactored = (await layer.diagnostics()).refactorings > refactorings;
    if (refactored !== (conditionLimit === 1)) throw new Error(`a ${kind} step: refactored ${refactored}`);
  }
  return counts;
}
