import type { FloatArray } from "./matrix.ts";

/**
 * What a loss of the spherical family sees of one example: the outputs o = W h only through their squared deviation,
 * their sum, and the outputs at the target's non-zeros. All in float64.
 */
export interface LossInput {
  /** q_c = Σᵢ (oᵢ − μ)², μ = s/D: the squares about the mean. */
  squaredDeviation: number;
  /** s = Σᵢ oᵢ. */
  sum: number;
  /** D. */
  outputCount: number;
  /** Absolute round-off noise of q_c, in the backend's arithmetic: about u·‖h‖²·tr(WᵀW). */
  noise: number;
  /** Index of the example in its batch, for error messages. */
  example: number;
  /** The target's entries of this example lie at begin … end−1 of the four arrays below. */
  begin: number;
  end: number;
  /** oₖ. */
  outputs: FloatArray;
  /** yₖ. */
  values: FloatArray;
  /** cₖ of weighted squared error; undefined means 1 everywhere. */
  positiveWeights: FloatArray | undefined;
  /** To be filled: ∂/∂oₖ beyond what q and s carry. */
  outputSlopes: Float64Array;
}

/** The value and the slopes in q = Σoᵢ² and s, for one example; reused between examples. */
export interface LossResult {
  value: number;
  /** ∂/∂q. */
  squaresSlope: number;
  /** ∂/∂s. */
  sumSlope: number;
}

/** A loss that defines probabilities: p(k) = mass(oₖ) / total(q, s, D). */
export interface Likelihood {
  /** Unnormalised probability of an output. */
  mass(output: number): number;
  /** Σ mass over all D outputs, from their sums alone. */
  total(squaredDeviation: number, sum: number, outputCount: number): number;
}

/**
 * A loss of the spherical family [V15 §3.3, V16, B16]: exact in O(d²) through the factored layer. Users may add their own.
 * Pure: no state between calls.
 */
export interface SphericalLoss {
  readonly family: "spherical";
  readonly name: string;
  /** The loss's parameters, as the command line and checkpoints write them. */
  readonly options: Readonly<Record<string, number>>;
  /** True when the gradient's dense part is a·o with a known beforehand (b = 0 and ∂/∂q constant): dense layers need one pass. */
  readonly constantSlopes: boolean;
  /** True when the gradient of every example sums to 0 over the outputs for whatever o (Z-loss): set so exactly, not by cancellation. */
  readonly centredGradient: boolean;
  readonly likelihood?: Likelihood;
  /** Value that targets yₖ must satisfy, checked by core before anything runs: "any", "non-negative". */
  readonly targets: "any" | "non-negative";
  /**
   * Fills `result` and `input.outputSlopes[begin … end)`.
   * Throws ERR_LOSS_DOMAIN, through {@link lossDomainError}, where the loss is undefined or drowned in noise.
   */
  evaluate(input: LossInput, result: LossResult): void;
}

/** A loss that needs every output, for the dense layer only. */
export interface DenseLoss {
  readonly family: "dense";
  readonly name: string;
  readonly options: Readonly<Record<string, number>>;
  readonly targets: "any" | "non-negative";
  readonly likelihood: { mass(output: number): number };
}

export type Loss = SphericalLoss | DenseLoss;
