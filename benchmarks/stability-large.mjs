import { referenceModule } from "@widehead/conformance";
import { FactoredLayer } from "@widehead/core";
import { driftingBatches } from "./stability-problem.mjs";

/**
 * A layer too wide to be held against dense descent, in float32, against itself recomputed: how far Q_c and w̄ have
 * drifted from the rows in every `interval` steps, and what refactoring has left behind.
 */
export async function watchDrift({ loss, rates, shape, steps, interval }) {
  const backend = await referenceModule.create({ dtype: "float32" });
  const layer = await FactoredLayer.create({ ...shape, backend, loss });
  const batches = driftingBatches(shape);
  const measured = [];
  for (let step = 1; step <= steps; step += 1) {
    const { hidden, targets } = batches.next().value;
    await layer.train(hidden, targets, rates);
    if (step % interval > 0) continue;
    const drift = await layer.recompute();
    const { refactorings, chainLinks, chainBytes, bytes, sweptRows } = await layer.diagnostics();
    measured.push({ step, ...drift, refactorings, chainLinks, chainBytes, bytes, sweptRows });
  }
  return measured;
}
