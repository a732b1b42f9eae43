import { Buffers } from "../buffers.ts";
import type { Backend, Dtype, FloatArray, Matrix, RowStore, SphericalLoss } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { checkInitial, type InitialWeights, initialOffset, initialRows, startsEqual } from "../initial.ts";
import { bytesOf } from "../matrix.ts";
import { memoryRows } from "../rows/index.ts";
import { checkMemory, requireCount, requireNumber, requireOneOf } from "../validate.ts";
import { Chain } from "./chain.ts";
import { probeVectors } from "./conditioning.ts";
import type { FactoredOptions } from "./options.ts";
import { StackedState } from "./state.ts";
import { measureRows, scanRows } from "./statistics.ts";
import { Sweeper } from "./sweeper.ts";

/** What a layer counts and last saw. */
export interface Counters {
  steps: number;
  refactorings: number;
  skippedExamples: number;
  /** ‖U‖‖U⁻¹‖/d after the last step. */
  conditionBound: number;
  /** Probe residual of U U⁻¹ after the last step. */
  residual: number;
}

/** What {@link FactoredLayer.recompute} found, relative to the exact values. */
export interface Recomputed {
  /** ‖Q_c − exact‖/‖exact‖ (Frobenius). */
  readonly gramDrift: number;
  /** ‖w̄ − exact‖/‖exact‖. */
  readonly sumDrift: number;
}

export type CoreOptions = Omit<FactoredOptions, "initial" | "memoryLimit" | "features" | "outputs" | "rows">;

/** Everything that a factored layer is, without the calls. */
export class Core implements Disposable {
  readonly backend: Backend;
  readonly loss: SphericalLoss;
  readonly store: RowStore;
  readonly conditionLimit: number;
  readonly system: "auto" | "batch" | "features";
  readonly undefinedExamples: "throw" | "skip";
  readonly probeVectors: Matrix;
  readonly chain: Chain;
  readonly sweeper: Sweeper;
  readonly counters: Counters = { steps: 0, refactorings: 0, skippedExamples: 0, conditionBound: 1, residual: 0 };
  /** tr(WᵀW), for noise estimates. */
  squaredNorm = 0;
  #state: StackedState;
  #spare: StackedState;

  constructor(options: CoreOptions, store: RowStore, chain?: Chain, sweeper?: Sweeper) {
    const { backend } = options;
    this.backend = backend;
    this.loss = options.loss;
    this.conditionLimit = options.conditionLimit ?? 30;
    this.system = options.system ?? "auto";
    this.undefinedExamples = options.undefinedExamples ?? "throw";
    this.store = store;
    this.chain = chain ?? new Chain(backend, store.features);
    this.sweeper = sweeper ?? new Sweeper();
    this.probeVectors = probeVectors(backend, store.features);
    this.#state = new StackedState(backend, store.features);
    this.#spare = new StackedState(backend, store.features);
  }

  get state(): StackedState {
    return this.#state;
  }

  /** Takes the next state while it is computed. */
  get spare(): StackedState {
    return this.#spare;
  }

  swapState(): void {
    [this.#state, this.#spare] = [this.#spare, this.#state];
  }

  /** U = U⁻ᵀ = I. */
  resetTransform(): void {
    const d = this.store.features;
    const identity = new Float64Array(d * d);
    for (let i = 0; i < d; i += 1) identity[i * d + i] = 1;
    this.backend.write(this.#state.transform, identity);
    this.backend.write(this.#state.inverse, identity);
  }

  [Symbol.dispose](): void {
    this.#state[Symbol.dispose]();
    this.#spare[Symbol.dispose]();
    this.probeVectors[Symbol.dispose]();
    this.chain[Symbol.dispose]();
  }
}

/** Bytes of the state, its spare and the d × d scratch of a layer of d features. */
export function stateBytes(features: number, dtype: Dtype): number {
  return 12 * features * features * bytesOf(dtype);
}

/** Bytes of a layer whose rows have all been touched. */
export function layerBytes(outputs: number, features: number, dtype: Dtype): number {
  return outputs * (features * bytesOf(dtype) + 4) + stateBytes(features, dtype);
}

/** @throws WideheadError as {@link FactoredLayer.create} */
export async function createCore(options: FactoredOptions): Promise<Core> {
  const { outputs, features, initial = {} } = options;
  checkOptions(options);
  const dtype = options.backend.numerics.dtype;
  const needed = startsEqual(initial) ? stateBytes(features, dtype) : layerBytes(outputs, features, dtype);
  checkMemory(
    `a factored layer of ${outputs} outputs and ${features} features in ${dtype}`,
    needed,
    options.memoryLimit,
  );
  const core = new Core(options, options.rows ?? memoryRows({ outputs, features, dtype }));
  try {
    await initialise(core, initial);
  } catch (error) {
    core[Symbol.dispose]();
    throw error;
  }
  return core;
}

function checkOptions({
  outputs,
  features,
  loss,
  conditionLimit = 30,
  system = "auto",
  initial = {},
  ...rest
}: FactoredOptions): void {
  requireCount("outputs", outputs, 2 ** 32 - 1);
  requireCount("features", features);
  requireNumber("conditionLimit", conditionLimit, conditionLimit >= 0, "a number ≥ 0");
  requireOneOf("system", system, ["auto", "batch", "features"]);
  requireOneOf("undefinedExamples", rest.undefinedExamples ?? "throw", ["throw", "skip"]);
  if (loss.family !== "spherical") throw unsupportedLoss((loss as { name: string }).name);
  checkInitial(initial, outputs, features);
  const { rows } = rest;
  const dtype = rest.backend.numerics.dtype;
  if (rows !== undefined && (rows.outputs !== outputs || rows.features !== features || rows.dtype !== dtype)) {
    throw new WideheadError(
      "ERR_SHAPE",
      `rows: expected a ${dtype} store [${outputs}, ${features}], got a ${rows.dtype} one [${rows.outputs}, ${rows.features}]`,
      { argument: "rows", expected: [outputs, features, dtype], actual: [rows.outputs, rows.features, rows.dtype] },
    );
  }
}

export function unsupportedLoss(name: string): WideheadError {
  return new WideheadError(
    "ERR_UNSUPPORTED",
    `loss ${name}: the factored layer needs a loss of the spherical family, which sees the outputs through their sum and sum of squares; use a dense layer`,
    { loss: name, layer: "factored" },
  );
}

/** Fills V, ω and what follows from them. */
async function initialise(core: Core, initial: InitialWeights): Promise<void> {
  const { backend, store, chain } = core;
  const [D, d] = [store.outputs, store.features];
  const omega = initialOffset(initial, d);
  core.resetTransform();
  backend.write(core.state.offset, omega);
  if (startsEqual(initial)) {
    writeStatistics(
      core,
      omega.map((value) => D * value),
      new Float64Array(d * d),
    );
    return;
  }
  let first = 0;
  for (const rows of initialRows(initial, backend, D, d, scanRows(d))) {
    const count = rows.length / d;
    await store.write(
      Uint32Array.from({ length: count }, (_, i) => first + i),
      rows,
      new Uint32Array(count),
    );
    first += count;
  }
  using buffers = new Buffers(backend);
  const { sum, gram } = await measureRows({ backend, buffers, store, chain }, undefined, omega, omega);
  writeStatistics(core, sum, gram);
}

function writeStatistics(core: Core, sum: Float64Array, gram: Float64Array): void {
  const [D, d] = [core.store.outputs, core.store.features];
  core.backend.write(core.state.sum, sum);
  core.backend.write(core.state.gram, gram);
  core.squaredNorm = 0;
  for (let i = 0; i < d; i += 1) core.squaredNorm += gram[i * d + i] + sum[i] ** 2 / D;
}

/**
 * n new outputs with W_k = ω:  Q_c += nD/(D + n) δδᵀ,  δ = ω − w̄/D,  w̄ += nω,  D += n.
 */
export async function growCore(core: Core, count: number): Promise<void> {
  const { backend, store, state } = core;
  const [D, d] = [store.outputs, store.features];
  const [offset, sum, gram] = await backend.readMany([state.offset, state.sum, state.gram]);
  const delta = Float64Array.from(offset, (value, i) => value - sum[i] / D);
  const weight = (count * D) / (D + count);
  await store.grow(count);
  const newGram = Float64Array.from(gram, (value, at) => value + weight * delta[Math.floor(at / d)] * delta[at % d]);
  writeStatistics(
    core,
    Float64Array.from(sum, (value, i) => value + count * offset[i]),
    newGram,
  );
}

export async function recomputeStatistics(core: Core, buffers: Buffers): Promise<Recomputed> {
  const { backend, store, chain, state } = core;
  const [offset, oldSum, oldGram] = await backend.readMany([state.offset, state.sum, state.gram]);
  const centre = Float64Array.from(oldSum, (value) => value / store.outputs);
  const { sum, gram } = await measureRows({ backend, buffers, store, chain }, state.transform, offset, centre);
  writeStatistics(core, sum, gram);
  return { gramDrift: relativeDistance(oldGram, gram), sumDrift: relativeDistance(oldSum, sum) };
}

function relativeDistance(observed: FloatArray, exact: Float64Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < exact.length; i += 1) {
    difference += (observed[i] - exact[i]) ** 2;
    size += exact[i] ** 2;
  }
  return difference === 0 ? 0 : Math.sqrt(difference / size);
}
