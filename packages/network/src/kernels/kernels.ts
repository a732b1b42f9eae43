import type { FloatArray } from "@widehead/core";
import type { ActivationName } from "../hidden/activation.ts";

/** Some rows of a matrix of columns `columns`, with the gradient of each; row i is `rows[i]`, or i where `rows` is left out. */
export interface RowUpdate {
  readonly values: FloatArray;
  readonly columns: number;
  readonly rows: Uint32Array | undefined;
  /** [rows, columns], in the order of `rows`. */
  readonly gradient: FloatArray;
  /** η. */
  readonly learningRate: number;
}

/** Adam's constants [Kingma & Ba 2015, algorithm 1], and AdamW's λ [Loshchilov & Hutter 2019, algorithm 2]. */
export interface AdamConstants {
  /** β₁. */
  readonly meanDecay: number;
  /** β₂. */
  readonly squareDecay: number;
  /** ε. */
  readonly epsilon: number;
  /** λ, 0 for Adam. */
  readonly weightDecay: number;
}

/**
 * The element-wise arithmetic of a body, on host arrays: row-major, without gaps, borrowed for the call. Products run on
 * the backend. A backend's author need not provide it; pass `{ ...hostKernels, … }` to replace a part.
 */
export interface BodyKernels {
  /** outputs = f(sums). */
  activate(activation: ActivationName, sums: FloatArray, outputs: FloatArray): void;
  /** gradient ← gradient ∘ f′(sums), where outputs = f(sums). */
  activateBackward(activation: ActivationName, sums: FloatArray, outputs: FloatArray, gradient: FloatArray): void;
  /** Each row ← (row − mean)/√(variance + ε) [Ba et al. 2016, eq. 4]; inverseDeviations[i] = 1/√(variance + ε) of row i. */
  normalize(values: FloatArray, columns: number, epsilon: number, inverseDeviations: Float64Array): void;
  /** The gradient of normalised rows ← that of the rows before. */
  normalizeBackward(
    normalized: FloatArray,
    columns: number,
    inverseDeviations: Float64Array,
    gradient: FloatArray,
  ): void;
  /** θ ← θ − η g. */
  sgd(update: RowUpdate): void;
  /** v ← μ v + g, θ ← θ − η v. */
  momentum(update: RowUpdate, velocity: FloatArray, momentum: number): void;
  /** s ← s + g², θ ← θ − η g/(√s + ε) [Duchi et al. 2011]. */
  adagrad(update: RowUpdate, squares: FloatArray, epsilon: number): void;
  /** steps[row] ← steps[row] + 1, θ ← (1 − ηλ) θ, and Adam's step with t = steps[row]. */
  adam(update: RowUpdate, mean: FloatArray, square: FloatArray, steps: Uint32Array, constants: AdamConstants): void;
}
