import {
  type FactoredOptions,
  hostMatrix,
  type Loss,
  type OutputLayer,
  type Snapshot,
  type Tensor,
} from "@widehead/core";
import type { CaseContext, FactoredLayerLike } from "../case.ts";
import {
  allowances,
  type Observation,
  type Observations,
  type OutputObservations,
  observations,
  oracleRun,
} from "../oracle/observations.ts";
import type { Problem } from "../oracle/problem.ts";

/** What a case sets beyond the problem. */
export type LayerSettings = Pick<FactoredOptions, "system" | "conditionLimit" | "preconditioner">;

/** The layer under test at the problem's start. */
export function startLayer(
  context: CaseContext,
  problem: Problem,
  settings: LayerSettings = {},
): Promise<FactoredLayerLike> {
  const { loss, weights, offset, preconditioning } = problem;
  return context.createLayer({
    backend: context.backend,
    outputs: weights.rows,
    features: weights.columns,
    loss,
    initial: { weights, offset },
    ...(preconditioning && { preconditioner: preconditioning.factory }),
    ...settings,
  });
}

/**
 * Trains the layer on the problem's batches, half of them by `train`, half (and the last) by gradient, norm and apply.
 *
 * @param ids  rows of W to observe, all unless told
 */
export async function trainOutputs(
  layer: OutputLayer,
  problem: Problem<Loss>,
  ids: Uint32Array = allIds(layer),
): Promise<OutputObservations> {
  const { batches, update } = problem;
  const losses: number[] = [];
  let hiddenGradient = new Float64Array(0);
  let gradientNorm = 0;
  for (const [index, { hidden, targets }] of batches.entries()) {
    if ((batches.length - 1 - index) % 2 === 1) {
      losses.push(...(await layer.train(hidden, targets, update)).losses);
      continue;
    }
    const step = await layer.gradient(hidden, targets);
    losses.push(...step.losses);
    hiddenGradient = Float64Array.from(step.hiddenGradient!.data);
    gradientNorm = await step.gradientNorm();
    await step.apply(update);
  }
  return {
    losses: Float64Array.from(losses),
    hiddenGradient,
    gradientSquares: Float64Array.of(gradientNorm ** 2),
    weights: Float64Array.from((await layer.rows(ids)).data),
  };
}

/** {@link trainOutputs}, and the sums that a factored layer keeps. */
export async function trainLayer(layer: FactoredLayerLike, problem: Problem): Promise<Observations> {
  const trained = await trainOutputs(layer, problem);
  const { gram, sum } = await layer.inspect();
  return { ...trained, gram: Float64Array.from(gram.data), sum: Float64Array.from(sum.data) };
}

/** W [D, d]. */
export async function allRows(layer: OutputLayer): Promise<Float64Array> {
  return Float64Array.from((await layer.rows(allIds(layer))).data);
}

function allIds(layer: OutputLayer): Uint32Array {
  return Uint32Array.from({ length: layer.outputs }, (_, id) => id);
}

/** A layer for each of the settings, trained on the problem, shows what the oracle shows, and U · U⁻¹ = I. */
export async function expectOracle(
  context: CaseContext,
  problem: Problem,
  settings: readonly LayerSettings[],
): Promise<void> {
  const run = oracleRun(problem);
  const allowed = allowances(problem, run, context.roundoff, observations);
  for (const setting of settings) {
    await using layer = await startLayer(context, problem, setting);
    const observed = await trainLayer(layer, problem);
    expectObservations(context, observed, run.observed, allowed, setting.system && `system ${setting.system}`);
    await expectInverse(context, layer);
  }
}

/** The layer, whose W is the problem's now, shows what the oracle shows. */
export async function expectTraining(context: CaseContext, layer: FactoredLayerLike, problem: Problem): Promise<void> {
  const run = oracleRun(problem);
  const allowed = allowances(problem, run, context.roundoff, observations);
  expectObservations(context, await trainLayer(layer, problem), run.observed, allowed);
  await expectInverse(context, layer);
}

/** Each observation that has an allowance lies within it. */
export function expectObservations<Name extends Observation>(
  context: CaseContext,
  observed: Readonly<Record<Name, Float64Array>>,
  expected: Readonly<Record<Name, Float64Array>>,
  allowed: Readonly<Record<Name, number>>,
  label?: string,
): void {
  for (const name of Object.keys(allowed) as Name[]) {
    const full = label === undefined ? name : `${name}, ${label}`;
    context.expectClose(full, observed[name], expected[name], allowed[name]);
  }
}

/** The same problem from the layer's present W on. */
export async function continued<L extends Loss>(layer: OutputLayer, problem: Problem<L>): Promise<Problem<L>> {
  const weights = hostMatrix(layer.outputs, layer.features, await allRows(layer));
  return { ...problem, weights, offset: new Float64Array(layer.features) };
}

/** Largest entry of U·U⁻¹ − I, in round-offs and √d, beyond which a layer must have refactored. */
const inverseLimit = 1e3;

async function expectInverse(context: CaseContext, layer: FactoredLayerLike): Promise<void> {
  const { transform, inverseTransposed } = await layer.inspect();
  const d = layer.features;
  let worst = 0;
  for (let i = 0; i < d; i += 1) {
    for (let j = 0; j < d; j += 1) {
      let dot = i === j ? -1 : 0;
      for (let k = 0; k < d; k += 1) dot += transform.data[i * d + k] * inverseTransposed.data[j * d + k];
      worst = Math.max(worst, Math.abs(dot));
    }
  }
  context.expectWithin("U U⁻¹ − I", worst, inverseLimit * context.roundoff * Math.sqrt(d));
}

/** A copy of a snapshot, as if it had been written to a file and read again. */
export async function copySnapshot(snapshot: Snapshot): Promise<Snapshot> {
  const tensors: Tensor[] = [];
  for (const tensor of snapshot.tensors) {
    const copies: Uint8Array[] = [];
    for await (const chunk of tensor.chunks()) copies.push(chunk.slice());
    tensors.push({ ...tensor, chunks: () => copies });
  }
  return { facts: JSON.parse(JSON.stringify(snapshot.facts)), tensors };
}

/** All bytes of the layer's state, rows and their epochs included: what a call that changes nothing must leave alike. */
export function stateBytes(layer: OutputLayer): Promise<Uint8Array> {
  return layer.save(async (snapshot) => {
    const { facts, tensors } = await copySnapshot(snapshot);
    const parts: Uint8Array[] = [Uint8Array.from(JSON.stringify(facts), (letter) => letter.charCodeAt(0))];
    for (const tensor of tensors) for await (const chunk of tensor.chunks()) parts.push(chunk);
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  });
}

/** Whatever `call` does, the layer's state before = after. */
export async function expectUnchanged(
  context: CaseContext,
  layer: OutputLayer,
  call: () => Promise<unknown>,
): Promise<void> {
  const before = await stateBytes(layer);
  await call();
  context.expectExact("state", await stateBytes(layer), before);
}
