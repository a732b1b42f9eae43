import type { BodyKernels } from "../kernels/index.ts";
import { createStateLike, type Gradient, type Parameter, type StateArray } from "../parameter.ts";
import { requireFraction } from "../validate.ts";
import { type Optimizer, rowUpdate } from "./optimizer.ts";

export interface SgdOptions {
  readonly name: "sgd";
  readonly learningRate: number;
  /** μ of v ← μ v + g, θ ← θ − η v. 0 unless told, and then there is no state. */
  readonly momentum?: number;
}

/** Throws ERR_OPTION. */
export function checkSgdOptions({ momentum = 0 }: SgdOptions): void {
  requireFraction("bodyOptimizer.momentum", momentum);
}

/** Stochastic gradient descent with heavy-ball momentum [Polyak 1964]. */
export function sgd({ momentum = 0 }: SgdOptions, parameter: Parameter, kernels: BodyKernels): Optimizer {
  if (momentum > 0) return new MomentumSgd(parameter, momentum, kernels);
  return { state: [], update: (gradient, learningRate) => kernels.sgd(rowUpdate(gradient, learningRate)) };
}

class MomentumSgd implements Optimizer {
  readonly state: readonly StateArray[];
  readonly #velocity: Parameter;
  readonly #momentum: number;
  readonly #kernels: BodyKernels;

  constructor(parameter: Parameter, momentum: number, kernels: BodyKernels) {
    this.#velocity = createStateLike(parameter, "velocity");
    this.#momentum = momentum;
    this.#kernels = kernels;
    this.state = [this.#velocity];
  }

  update(gradient: Gradient, learningRate: number): void {
    this.#kernels.momentum(rowUpdate(gradient, learningRate), this.#velocity.values, this.#momentum);
  }
}
