import type { Dtype } from "@widehead/core";
import { createParameter, type Gradient, type Parameter, type StateArray } from "../parameter.ts";
import { requireFraction } from "../validate.ts";
import { forEachRow, type Optimizer } from "./optimizer.ts";

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
export function sgd({ momentum = 0 }: SgdOptions, parameter: Parameter, dtype: Dtype): Optimizer {
  return momentum === 0 ? new PlainSgd() : new MomentumSgd(parameter, momentum, dtype);
}

class PlainSgd implements Optimizer {
  readonly state: readonly StateArray[] = [];

  update(gradient: Gradient, learningRate: number): void {
    const { columns, values } = gradient.parameter;
    forEachRow(gradient, (row, begin) => {
      const first = row * columns;
      for (let j = 0; j < columns; j += 1) values[first + j] -= learningRate * gradient.values[begin + j];
    });
  }
}

class MomentumSgd implements Optimizer {
  readonly state: readonly StateArray[];
  readonly #velocity: Parameter;
  readonly #momentum: number;

  constructor(parameter: Parameter, momentum: number, dtype: Dtype) {
    this.#velocity = createParameter(`${parameter.name}.velocity`, parameter.rows, parameter.columns, dtype);
    this.#momentum = momentum;
    this.state = [this.#velocity];
  }

  update(gradient: Gradient, learningRate: number): void {
    const { columns, values } = gradient.parameter;
    const velocity = this.#velocity.values;
    const momentum = this.#momentum;
    forEachRow(gradient, (row, begin) => {
      const first = row * columns;
      for (let j = 0; j < columns; j += 1) {
        velocity[first + j] = momentum * velocity[first + j] + gradient.values[begin + j];
        values[first + j] -= learningRate * velocity[first + j];
      }
    });
  }
}
