import type { BodyKernels } from "../kernels/index.ts";
import { createStateLike, type Gradient, type Parameter, type StateArray } from "../parameter.ts";
import { requirePositive } from "../validate.ts";
import { type Optimizer, rowUpdate } from "./optimizer.ts";

export interface AdagradOptions {
  readonly name: "adagrad";
  readonly learningRate: number;
  /** ε, added to the root of the sum of squares. 1e-10 unless told. */
  readonly epsilon?: number;
}

const defaultEpsilon = 1e-10;

/** Throws ERR_OPTION. */
export function checkAdagradOptions({ epsilon = defaultEpsilon }: AdagradOptions): void {
  requirePositive("bodyOptimizer.epsilon", epsilon);
}

/** Adagrad in its diagonal form [Duchi et al. 2011, fig. 1]: each number's rate falls with its own past gradients. */
export class Adagrad implements Optimizer {
  readonly state: readonly StateArray[];
  readonly #squares: Parameter;
  readonly #epsilon: number;
  readonly #kernels: BodyKernels;

  constructor({ epsilon = defaultEpsilon }: AdagradOptions, parameter: Parameter, kernels: BodyKernels) {
    this.#squares = createStateLike(parameter, "squares");
    this.#epsilon = epsilon;
    this.#kernels = kernels;
    this.state = [this.#squares];
  }

  update(gradient: Gradient, learningRate: number): void {
    this.#kernels.adagrad(rowUpdate(gradient, learningRate), this.#squares.values, this.#epsilon);
  }
}
