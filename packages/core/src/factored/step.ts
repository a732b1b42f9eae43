import type { Rates } from "../batch-layer.ts";
import type { Buffers } from "../buffers.ts";
import type { FloatArray, Matrix } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import type { Backward } from "./backward.ts";
import { type Condition, probeCandidate } from "./conditioning.ts";
import type { Core } from "./core.ts";
import type { Forward } from "./forward.ts";
import type { FactoredParts } from "./parts.ts";

/**
 * Computes a step, decides from its condition how to commit it, and commits it: as it is, or refactored. Until then
 * nothing of the layer has changed, so whatever throws before leaves it as it was.
 *
 * @param wanted  matrices to read along with the step's own
 * @returns the numbers of `wanted`
 * @throws WideheadError ERR_NUMERIC_DRIFT when the step would make the weights infinite
 */
export async function commitStep(
  core: Core,
  parts: FactoredParts,
  buffers: Buffers,
  pass: Forward,
  gradient: Backward,
  rates: Rates,
  wanted: readonly Matrix[],
): Promise<FloatArray[]> {
  const { backend, state, spare, store, loss, system } = core;
  const outputs = store.outputs;
  const input = { backend, buffers, state, spare, outputs, system, centredGradient: loss.centredGradient };
  const candidate = parts.update(input, pass, gradient, rates);
  const probes = probeCandidate(input, candidate, core.probeVectors, core.conditionLimit);
  const read = await backend.readMany([...wanted, candidate.rows, ...probes.matrices]);
  const condition = probes.judge(read.slice(wanted.length + 1));
  if (condition.sound) {
    await commit(core, pass, read[wanted.length], undefined);
  } else {
    if (!condition.finite) throw divergence(core, condition, rates);
    const [rows, transform] = await backend.readMany([
      parts.refactoredRows(input, pass, candidate, rates),
      spare.transform,
    ]);
    if (!rows.every(Number.isFinite)) throw divergence(core, condition, rates);
    await commit(core, pass, rows, transform);
    core.counters.refactorings += 1;
  }
  core.squaredNorm = condition.squaredNorm;
  core.counters.steps += 1;
  core.counters.conditionBound = condition.sound ? condition.bound : 1;
  core.counters.residual = condition.sound ? condition.residual : 0;
  core.chain.formOneProduct();
  await core.sweeper.sweepSlice(backend, buffers, store, core.chain);
  return read.slice(0, wanted.length);
}

/** @param refactored  U_new, where the step begins a new epoch */
async function commit(core: Core, pass: Forward, rows: FloatArray, refactored: FloatArray | undefined): Promise<void> {
  const { chain, store, sweeper } = core;
  const ids = pass.block.ids;
  if (refactored !== undefined) chain.push(refactored);
  try {
    await store.write(ids, rows, new Uint32Array(ids.length).fill(chain.epoch));
  } catch (error) {
    if (refactored !== undefined) chain.undoPush();
    throw error;
  }
  core.swapState();
  if (refactored === undefined) return;
  core.resetTransform();
  sweeper.linkPushed(chain, store.outputs);
}

function divergence(core: Core, condition: Condition, rates: Rates): WideheadError {
  const step = core.counters.steps;
  return new WideheadError(
    "ERR_NUMERIC_DRIFT",
    `step ${step}: the update at learning rate ${rates.learningRate} gives weights that are not finite; expected finite ones. Nothing was changed: lower the learning rate, or set clipNorm`,
    { step, learningRate: rates.learningRate, conditionBound: condition.bound, residual: condition.residual },
  );
}
