import {
  type Backend,
  createRandom,
  DenseLayer,
  FactoredLayer,
  floatArray,
  type HostMatrix,
  hostMatrix,
  type OutputLayer,
  type PreconditionerFactory,
  type Random,
  type SparseTargets,
  type SphericalLoss,
} from "@widehead/core";
import type { Io } from "./io.ts";
import { bytesOfNumber, requireMemory } from "./memory.ts";

export interface StepShape {
  readonly backend: Backend;
  /** D. */
  readonly outputs: number;
  /** d, the constant included. */
  readonly features: number;
  /** m. */
  readonly batch: number;
  /** K. */
  readonly targets: number;
  readonly loss: SphericalLoss;
  readonly learningRate: number;
  /** Of the factored layer. */
  readonly preconditioner?: PreconditionerFactory;
  readonly memoryLimit: number;
}

export interface StepPlan {
  /** Timed factored steps. */
  readonly steps: number;
  /** Factored steps before the timed ones. */
  readonly warmUp: number;
  /** One dense step after so many factored ones; none where undefined. */
  readonly denseEvery: number | undefined;
}

export interface Timing {
  readonly medianMs: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly p99Ms: number;
  readonly steps: number;
}

export interface FactoredTiming extends Timing {
  readonly refactorings: number;
  /** Time beyond the median ordinary step, summed over the steps that refactored. */
  readonly upkeepMs: number;
  /** Bytes by which this process grew from before the layer was made to after the warm-up. */
  readonly residentBytes: number;
  /** Bytes of the layer's rows, all D of them. */
  readonly rowBytes: number;
}

export interface StepTimes {
  readonly factored: FactoredTiming;
  readonly dense?: Timing;
  /** Ratio of the medians, dense over factored. */
  readonly speedup?: number;
}

/**
 * Times `train()` of a factored layer whose D rows are all there, and of a dense one in between, on fresh tanh-like
 * activations and Zipf-distributed targets that are made outside the timed regions.
 *
 * @throws WideheadError ERR_MEMORY, and what the layers throw
 */
export async function timeSteps(
  shape: StepShape,
  plan: StepPlan,
  { now, residentMemory }: Pick<Io, "now" | "residentMemory">,
): Promise<StepTimes> {
  const { backend, batch, features, targets, memoryLimit } = shape;
  const entries = 2 * Uint32Array.BYTES_PER_ELEMENT * batch * targets;
  requireMemory(
    `a batch of ${batch} with ${targets} targets each`,
    bytesOfNumber(backend.numerics.dtype) * batch * features + entries,
    memoryLimit,
  );
  const residentBefore = residentMemory();
  await using factored = await FactoredLayer.create(shape);
  const time = stepTimer(shape, now);
  for (let step = 0; step < plan.warmUp; step += 1) await time(factored);
  const residentBytes = residentMemory() - residentBefore;
  await using dense = plan.denseEvery === undefined ? undefined : await DenseLayer.create(shape);
  if (dense !== undefined) await time(dense);

  const ordinary: number[] = [];
  const refactored: number[] = [];
  const denseTimes: number[] = [];
  for (let step = 1; step <= plan.steps; step += 1) {
    const before = await refactorings(factored);
    const milliseconds = await time(factored);
    ((await refactorings(factored)) > before ? refactored : ordinary).push(milliseconds);
    if (dense !== undefined && step % plan.denseEvery! === 0) denseTimes.push(await time(dense));
  }

  const usual = ordinary.length > 0 ? median(ordinary) : 0;
  const upkeepMs = refactored.reduce((sum, milliseconds) => sum + Math.max(0, milliseconds - usual), 0);
  const { rowBytes } = (await factored.diagnostics()) as { readonly rowBytes?: number };
  const timing = {
    ...summarise([...ordinary, ...refactored]),
    refactorings: refactored.length,
    upkeepMs,
    residentBytes,
    rowBytes: rowBytes!,
  };
  if (denseTimes.length === 0) return { factored: timing };
  const denseTiming = summarise(denseTimes);
  return { factored: timing, dense: denseTiming, speedup: denseTiming.medianMs / timing.medianMs };
}

/** Milliseconds of one step of a layer, on inputs of its own. */
function stepTimer(shape: StepShape, now: () => number): (layer: OutputLayer) => Promise<number> {
  const random = createRandom(1);
  const gradientInto = floatArray(shape.backend.numerics.dtype, shape.batch * shape.features);
  return async (layer) => {
    const hidden = activations(shape, random);
    const targets = zipfTargets(shape, random);
    const start = now();
    await layer.train(hidden, targets, { learningRate: shape.learningRate, gradientInto });
    await shape.backend.settle();
    return now() - start;
  };
}

async function refactorings(layer: FactoredLayer): Promise<number> {
  return (await layer.diagnostics()).refactorings!;
}

/** [m, d] tanh of normal numbers, the last column 1. */
function activations({ backend, batch, features }: StepShape, random: Random): HostMatrix {
  const data = floatArray(backend.numerics.dtype, batch * features);
  for (let i = 0; i < data.length; i += 1) data[i] = (i + 1) % features === 0 ? 1 : Math.tanh(random.normal());
  return hostMatrix(batch, features, data);
}

/** K distinct ids an example with probabilities about proportional to 1/(id + 1): log-uniform, then the next free one. */
function zipfTargets({ outputs, batch, targets }: StepShape, random: Random): SparseTargets {
  const ids = new Uint32Array(batch * targets);
  for (let row = 0; row < batch; row += 1) {
    const taken = new Set<number>();
    while (taken.size < targets) {
      let id = Math.min(outputs - 1, Math.floor((outputs + 1) ** random.uniform()) - 1);
      while (taken.has(id)) id = (id + 1) % outputs;
      taken.add(id);
    }
    ids.set([...taken], row * targets);
  }
  return { rows: batch, outputs, offsets: Uint32Array.from({ length: batch + 1 }, (_, row) => row * targets), ids };
}

function summarise(times: readonly number[]): Timing {
  return {
    medianMs: median(times),
    meanMs: times.reduce((sum, time) => sum + time, 0) / times.length,
    minMs: Math.min(...times),
    p99Ms: quantile(times, 0.99),
    steps: times.length,
  };
}

function median(times: readonly number[]): number {
  return (quantile(times, 0.5) + quantile(times, 0.5, "upper")) / 2;
}

/** The smallest time that so large a share of the times does not exceed; the next one up for an "upper" tie. */
function quantile(times: readonly number[], share: number, tie: "lower" | "upper" = "lower"): number {
  const sorted = times.toSorted((a, b) => a - b);
  const rank = share * sorted.length;
  const index = tie === "upper" ? Math.floor(rank) : Math.ceil(rank) - 1;
  return sorted[Math.min(index, sorted.length - 1)]!;
}
