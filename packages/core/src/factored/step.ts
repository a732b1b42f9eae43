import type { Rates } from "../batch-layer.ts";
import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { allFinite } from "../validate.ts";
import type { Backward } from "./backward.ts";
import { type Condition, probeCandidate } from "./conditioning.ts";
import type { Core } from "./core.ts";
import type { Forward } from "./forward.ts";
import { checkLeverage } from "./leverage.ts";
import type { FactoredParts } from "./parts.ts";
import { recomputeSums } from "./sums.ts";
import { linkLimit } from "./sweeper.ts";

/**
 * Computes a step, decides from its condition how to commit it, and commits it: as it is, or refactored. Until then
 * nothing of the layer has changed, so whatever throws before leaves it as it was.
 *
 * @param idleBuffers  scratch that holds nothing of the pass, which may be tried again where this fails
 * @param wanted  matrices to read along with the step's own
 * @returns the numbers of `wanted`
 * @throws WideheadError ERR_NUMERIC_DRIFT when the step would make the weights infinite; ERR_OPTION when a preconditioned
 *   step of a quadratic loss would overshoot
 */
export async function commitStep(
  core: Core,
  parts: FactoredParts,
  buffers: Buffers,
  idleBuffers: Buffers,
  pass: Forward,
  gradient: Backward,
  rates: Rates,
  wanted: readonly Matrix[],
): Promise<FloatArray[]> {
  const { backend, state, spare, store, loss, system } = core;
  const outputs = store.outputs;
  const { centredGradient, constantSlopes } = loss;
  const measuresLeverage = constantSlopes && core.preconditioner !== undefined;
  const input = { backend, buffers, state, spare, outputs, system, centredGradient, measuresLeverage };
  const candidate = parts.update(input, pass, gradient, rates);
  const probes = probeCandidate(input, candidate, core.probeVectors, core.conditionLimit);
  const leverage = candidate.leverage?.matrices ?? [];
  const [read, newRows] = await readBeside(backend, [...leverage, ...wanted, ...probes.matrices], candidate.rows);
  const measured = candidate.leverage?.estimate(read.splice(0, leverage.length));
  if (measured !== undefined) checkLeverage(measured, rates);
  const condition = probes.judge(read.slice(wanted.length));
  let [rows, refactored]: [FloatArray, FloatArray | undefined] = [newRows, undefined];
  if (!condition.sound) {
    if (!condition.finite) throw divergence(core, condition, rates);
    const replaced = parts.refactoredRows(input, pass, candidate, rates);
    [[refactored], rows] = await readBeside(backend, [spare.transform], replaced);
    if (!allFinite(rows)) throw divergence(core, condition, rates);
  }
  await keepUp(core, parts, idleBuffers);
  await commit(core, pass, rows, refactored);
  core.squaredNorm = condition.squaredNorm;
  core.counters.steps += 1;
  if (refactored !== undefined) core.counters.refactorings += 1;
  core.preconditioner?.commit();
  core.counters.conditionBound = condition.sound ? condition.bound : 1;
  core.counters.residual = condition.sound ? condition.residual : 0;
  if (condition.drifted) {
    await recomputeSums(core, idleBuffers);
    core.counters.repairs += 1;
  }
  return read.slice(0, wanted.length);
}

/** Reads matrices, and the rows to be written beside them: those where they lie, if the host can see them there. */
async function readBeside(
  backend: Backend,
  matrices: readonly Matrix[],
  rows: Matrix,
): Promise<[read: FloatArray[], rows: FloatArray]> {
  const view = backend.hostView?.(rows);
  const read = await backend.readMany(view === undefined ? [...matrices, rows] : matrices);
  return [read.slice(0, matrices.length), view ?? read[matrices.length]];
}

/** What keeps the chain short, and weights as they are; before the commit, so that where it fails no step was taken. */
async function keepUp(
  { backend, chain, store, sweeper, settler }: Core,
  { bringSliceForward }: FactoredParts,
  buffers: Buffers,
): Promise<void> {
  chain.formOneProduct();
  if (await settler.settleSlice(backend, buffers, store, chain, bringSliceForward)) return;
  await sweeper.sweepSlice(backend, buffers, store, chain, bringSliceForward);
}

/** @param refactored  U_new, where the step begins a new epoch */
async function commit(core: Core, pass: Forward, rows: FloatArray, refactored: FloatArray | undefined): Promise<void> {
  const { chain, store, sweeper, settler } = core;
  const ids = pass.block.ids;
  if (refactored !== undefined) {
    core.resetTransform(core.spare);
    chain.push(refactored);
  }
  try {
    await store.write(ids, rows, new Uint32Array(ids.length).fill(chain.epoch));
  } catch (error) {
    if (refactored !== undefined) chain.undoPush();
    throw error;
  }
  core.swapState();
  settler.rowsWritten(pass.block, chain.epoch);
  if (refactored === undefined) return;
  settler.linkPushed(chain.epoch);
  sweeper.linkPushed(chain, store.touched, linkLimit(store, core.chainMemory));
}

function divergence(core: Core, condition: Condition, rates: Rates): WideheadError {
  const step = core.counters.steps;
  return new WideheadError(
    "ERR_NUMERIC_DRIFT",
    `step ${step}: the update at learning rate ${rates.learningRate} gives weights that are not finite; expected finite ones. Nothing was changed: lower the learning rate, or set clipNorm`,
    { step, learningRate: rates.learningRate, conditionBound: condition.bound, residual: condition.residual },
  );
}
