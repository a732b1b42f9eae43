import type { Backend, MatrixLike } from "./backend.ts";
import type { Loss } from "./loss.ts";
import type { FloatArray, HostMatrix, Matrix } from "./matrix.ts";
import type { Snapshot } from "./snapshot.ts";
import type { SparseTargets } from "./targets.ts";

export interface UpdateOptions {
  /** η ≥ 0, of the mean loss. 0 changes nothing. */
  readonly learningRate: number;
  /** Decoupled decay: W ← (1 − η·weightDecay) W − η ∇W. The factor must stay above 0. */
  readonly weightDecay?: number;
  /** Largest Frobenius norm of ∇W that is let through; larger gradients are scaled down to it, exactly. */
  readonly clipNorm?: number;
}

export interface GradientOptions {
  /**
   * What takes the hidden gradient: a host array of m·d numbers, so that none is allocated for each batch, or a matrix
   * [m, d] of the layer's backend, on the device; then `hiddenGradient` is undefined.
   */
  readonly gradientInto?: FloatArray | Matrix;
}

export type TrainOptions = UpdateOptions & GradientOptions;

/** What one batch says, before or after the update. */
export interface BatchResult {
  /** Mean over the batch of weight × loss, in the loss's own unit. 0 for an empty batch. */
  readonly loss: number;
  /** [m], each example's weight × loss. */
  readonly losses: Float64Array;
  /** Largest round-off noise of a loss in this batch: losses below it are meaningless. */
  readonly noise: number;
  /** Examples left out because the loss was undefined there (only with `undefinedExamples: "skip"`). */
  readonly skipped: number;
  /** [m, d]: gradient of `loss` with respect to hidden. Undefined with `gradientInto`. */
  readonly hiddenGradient: HostMatrix | undefined;
}

/** A batch whose gradient is known and whose update is still to be decided. */
export interface Step extends BatchResult {
  /** ‖∇W‖ (Frobenius) of `loss`, exact, in O(m²d). Throws ERR_STALE_STEP once something else was trained. */
  gradientNorm(): Promise<number>;
  /** Updates W. Throws ERR_STALE_STEP, ERR_OPTION. */
  apply(options: UpdateOptions): Promise<void>;
  /** Forgets the step. Idempotent. */
  discard(): void;
}

export interface Evaluation {
  readonly loss: number;
  readonly losses: Float64Array;
  readonly noise: number;
  readonly skipped: number;
}

export interface TopK {
  readonly rows: number;
  readonly k: number;
  /** [rows, k], best first; equal scores by smaller id. */
  readonly ids: Uint32Array;
  /** [rows, k] outputs o. */
  readonly outputs: Float64Array;
  /** [rows, k], only for losses that define probabilities. */
  readonly probabilities: Float64Array | undefined;
}

/** A very wide linear output layer o = W h with its loss. Calls on one layer are queued in order. */
export interface OutputLayer extends AsyncDisposable {
  /** What it is: "factored", "dense", or the name of another method. */
  readonly kind: string;
  readonly backend: Backend;
  /** D. */
  readonly outputs: number;
  /** d, the constant that serves as bias included. */
  readonly features: number;
  readonly loss: Loss;
  /** Exact loss and hidden gradient; nothing has changed yet. hidden is [m, d]. */
  gradient(hidden: MatrixLike, targets: SparseTargets, options?: GradientOptions): Promise<Step>;
  /** gradient and apply in one. */
  train(hidden: MatrixLike, targets: SparseTargets, options: TrainOptions): Promise<BatchResult>;
  /** Exact loss; changes nothing. */
  evaluate(hidden: MatrixLike, targets: SparseTargets): Promise<Evaluation>;
  /** [m, ids.length] outputs o. */
  scores(hidden: MatrixLike, ids: Uint32Array): Promise<HostMatrix>;
  /** The k outputs of each example that rank highest: by probability where the loss defines one, else by o. O(D d m). */
  topK(hidden: MatrixLike, k: number): Promise<TopK>;
  /** [ids.length, d] rows of the effective W. */
  rows(ids: Uint32Array): Promise<HostMatrix>;
  /** Adds outputs during training. */
  grow(count: number): Promise<void>;
  /** Hands the complete state to `sink`, and holds the layer still until the sink has consumed it. */
  save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T>;
  /** Computes what is kept of all outputs anew from the weights, and says how far it had drifted. O(Dd²); nothing for a dense layer. */
  recompute(): Promise<Recomputed>;
  diagnostics(): Promise<Diagnostics>;
}

/** The drift that {@link OutputLayer.recompute} found, relative to the exact values. */
export interface Recomputed {
  /** ‖Q_c − exact‖/‖exact‖ (Frobenius). */
  readonly gramDrift: number;
  /** ‖w̄ − exact‖/‖exact‖. */
  readonly sumDrift: number;
}

export interface Diagnostics {
  readonly steps: number;
  readonly outputs: number;
  readonly features: number;
  readonly bytes: number;
  readonly [key: string]: number;
}
