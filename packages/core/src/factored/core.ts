import type {
  Backend,
  Matrix,
  Preconditioner,
  PreconditionerFactory,
  RowStore,
  SphericalLoss,
} from "../contract/index.ts";
import { Chain } from "./chain.ts";
import { probeVectors } from "./conditioning.ts";
import type { FactoredOptions } from "./options.ts";
import { Settler } from "./settler.ts";
import { StackedState } from "./state.ts";
import { Sweeper } from "./sweeper.ts";

/**
 * ‖U‖‖U⁻¹‖/d that is kept unless told: the error in float32 grows with it, refactorings only with its logarithm. With 30,
 * losses of the spherical softmax stray beyond 10⁻⁵ in 100,000 steps.
 */
export const DEFAULT_CONDITION_LIMIT = 10;

/** What a layer counts and last saw. */
export interface Counters {
  steps: number;
  refactorings: number;
  skippedExamples: number;
  /** Times that the sums had drifted and were computed anew. */
  repairs: number;
  /** ‖U‖‖U⁻¹‖/d after the last step. */
  conditionBound: number;
  /** Probe residual of U U⁻¹ after the last step. */
  residual: number;
}

export type CoreOptions = Omit<FactoredOptions, "initial" | "memoryLimit" | "features" | "outputs" | "rows">;

/** Everything that a factored layer is, without the calls. */
export class Core implements Disposable {
  readonly backend: Backend;
  readonly loss: SphericalLoss;
  readonly store: RowStore;
  readonly conditionLimit: number;
  /** Bytes that the chain may take; undefined for a quarter of the rows. */
  readonly chainMemory: number | undefined;
  readonly system: "auto" | "batch" | "features";
  readonly undefinedExamples: "throw" | "skip";
  readonly probeVectors: Matrix;
  /** What made {@link preconditioner}, for snapshots. */
  readonly preconditionerFactory: PreconditionerFactory | undefined;
  readonly preconditioner: Preconditioner | undefined;
  readonly chain: Chain;
  readonly sweeper: Sweeper;
  readonly settler: Settler;
  readonly counters: Counters = {
    steps: 0,
    refactorings: 0,
    skippedExamples: 0,
    repairs: 0,
    conditionBound: 1,
    residual: 0,
  };
  /** tr(WᵀW), about, for noise estimates. */
  squaredNorm = 0;
  #state: StackedState;
  #spare: StackedState;

  constructor(
    options: CoreOptions,
    store: RowStore,
    restored: Partial<Pick<Core, "chain" | "sweeper" | "settler">> = {},
  ) {
    const { backend } = options;
    this.backend = backend;
    this.loss = options.loss;
    this.conditionLimit = options.conditionLimit ?? DEFAULT_CONDITION_LIMIT;
    this.chainMemory = options.chainMemory;
    this.system = options.system ?? "auto";
    this.undefinedExamples = options.undefinedExamples ?? "throw";
    this.store = store;
    this.chain = restored.chain ?? new Chain(backend, store.features);
    this.sweeper = restored.sweeper ?? new Sweeper();
    this.settler = restored.settler ?? new Settler();
    this.probeVectors = probeVectors(backend, store.features);
    this.preconditionerFactory = options.preconditioner;
    this.preconditioner = options.preconditioner?.create(backend, store.features);
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
  resetTransform(state: StackedState): void {
    const d = this.store.features;
    const identity = new Float64Array(d * d);
    for (let i = 0; i < d; i += 1) identity[i * d + i] = 1;
    this.backend.write(state.transform, identity);
    this.backend.write(state.inverse, identity);
  }

  [Symbol.dispose](): void {
    this.#state[Symbol.dispose]();
    this.#spare[Symbol.dispose]();
    this.probeVectors[Symbol.dispose]();
    this.preconditioner?.[Symbol.dispose]();
    this.chain[Symbol.dispose]();
  }
}
