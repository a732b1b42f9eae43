import type { Backend, HostMatrix, PreconditionerFactory, RowStore, SphericalLoss } from "../contract/index.ts";
import type { InitialWeights } from "../initial.ts";

export interface FactoredOptions {
  readonly backend: Backend;
  /** D, 1 … 2³² − 1. */
  readonly outputs: number;
  /** d, the constant that serves as bias included. */
  readonly features: number;
  readonly loss: SphericalLoss;
  /** Random rows cost O(Dd²) once; rows that all start equal cost O(d²), whatever D is. */
  readonly initial?: InitialWeights;
  /** Where V's rows live; memory unless told. Must be empty and of the same shape and type. */
  readonly rows?: RowStore;
  /** Largest ‖U‖‖U⁻¹‖/d that is kept; beyond it the layer refactors before the step is committed. 10 unless told; 0 refactors at each step. */
  readonly conditionLimit?: number;
  /** Bytes that factors set aside may take before rows are swept forward; a quarter of the rows' memory unless told, and at least 48 factors. */
  readonly chainMemory?: number;
  /** Second-order steps: `secondOrder()` or `diagonal()`; plain gradient descent unless given. */
  readonly preconditioner?: PreconditionerFactory;
  /** Which form of the update to use: the [m, m] system of the batch, the [d, d] system of the features, or the cheaper. */
  readonly system?: "auto" | "batch" | "features";
  /** What to do with an example whose loss is undefined: throw ERR_LOSS_DOMAIN (nothing changes), or leave it out and count it. */
  readonly undefinedExamples?: "throw" | "skip";
  /** Bytes that rows and state may take; ERR_MEMORY beyond. Unlimited unless told. */
  readonly memoryLimit?: number;
}

/** Host copies of a factored layer's state, for tests and research. */
export interface FactoredState {
  /** U [d, d]. */
  readonly transform: HostMatrix;
  /** U⁻ᵀ [d, d]. */
  readonly inverseTransposed: HostMatrix;
  /** Q_c = WᵀW − w̄w̄ᵀ/D [d, d]. */
  readonly gram: HostMatrix;
  /** ω [1, d]. */
  readonly offset: HostMatrix;
  /** w̄ = Wᵀ1 [1, d]. */
  readonly sum: HostMatrix;
  /** Number of refactorings so far. */
  readonly epoch: number;
}
