import type { AdamConstants, BodyKernels } from "../kernels/index.ts";
import { createCounts, createStateLike, type Gradient, type Parameter, type StateArray } from "../parameter.ts";
import { requireFraction, requireNonNegative, requirePositive } from "../validate.ts";
import { type Optimizer, rowUpdate } from "./optimizer.ts";

export interface AdamOptions {
  readonly name: "adam";
  readonly learningRate: number;
  /** β₁, the decay of the mean of the gradients. 0.9 unless told. */
  readonly meanDecay?: number;
  /** β₂, the decay of the mean of their squares. 0.999 unless told. */
  readonly squareDecay?: number;
  /** ε, added to the root of the mean square. 1e-8 unless told. */
  readonly epsilon?: number;
}

/** Adam with decoupled weight decay, of all parameters [Loshchilov & Hutter 2019]. */
export interface AdamWOptions extends Omit<AdamOptions, "name"> {
  readonly name: "adamw";
  /** λ of θ ← (1 − ηλ) θ; a row decays only in the steps that touch it. 0.01 unless told. */
  readonly weightDecay?: number;
}

const defaults = { meanDecay: 0.9, squareDecay: 0.999, epsilon: 1e-8 };

/** Throws ERR_OPTION. */
export function checkAdamOptions(options: AdamOptions | AdamWOptions): void {
  const { meanDecay, squareDecay, epsilon, weightDecay } = constantsOf(options);
  requireFraction("bodyOptimizer.meanDecay", meanDecay);
  requireFraction("bodyOptimizer.squareDecay", squareDecay);
  requirePositive("bodyOptimizer.epsilon", epsilon);
  requireNonNegative("bodyOptimizer.weightDecay", weightDecay);
}

/**
 * Adam, algorithm 1 of [Kingma & Ba 2015], with t counted for each row: the bias corrections of a rare word are those
 * of its own few gradients.
 */
export class Adam implements Optimizer {
  readonly state: readonly StateArray[];
  readonly #mean: Parameter;
  readonly #square: Parameter;
  readonly #steps: StateArray & { values: Uint32Array };
  readonly #constants: AdamConstants;
  readonly #kernels: BodyKernels;

  constructor(options: AdamOptions | AdamWOptions, parameter: Parameter, kernels: BodyKernels) {
    this.#mean = createStateLike(parameter, "mean");
    this.#square = createStateLike(parameter, "square");
    this.#steps = createCounts(`${parameter.name}.steps`, parameter.rows);
    this.#constants = constantsOf(options);
    this.#kernels = kernels;
    this.state = [this.#mean, this.#square, this.#steps];
  }

  update(gradient: Gradient, learningRate: number): void {
    const step = rowUpdate(gradient, learningRate);
    this.#kernels.adam(step, this.#mean.values, this.#square.values, this.#steps.values, this.#constants);
  }
}

function constantsOf(options: AdamOptions | AdamWOptions): AdamConstants {
  const weightDecay = options.name === "adamw" ? (options.weightDecay ?? 0.01) : 0;
  const { meanDecay, squareDecay, epsilon } = { ...defaults, ...options };
  return { meanDecay, squareDecay, epsilon, weightDecay };
}
