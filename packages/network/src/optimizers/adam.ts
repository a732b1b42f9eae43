import type { Dtype } from "@widehead/core";
import { createParameter, type Gradient, type Parameter, type StateArray } from "../parameter.ts";
import { requireFraction, requirePositive } from "../validate.ts";
import { forEachRow, type Optimizer } from "./optimizer.ts";

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

const defaults = { meanDecay: 0.9, squareDecay: 0.999, epsilon: 1e-8 };

/** Throws ERR_OPTION. */
export function checkAdamOptions(options: AdamOptions): void {
  const { meanDecay, squareDecay, epsilon } = { ...defaults, ...options };
  requireFraction("bodyOptimizer.meanDecay", meanDecay);
  requireFraction("bodyOptimizer.squareDecay", squareDecay);
  requirePositive("bodyOptimizer.epsilon", epsilon);
}

/**
 * Adam, algorithm 1 of [Kingma & Ba 2015], with t counted for each row: the bias corrections of a rare word are those
 * of its own few gradients.
 */
export class Adam implements Optimizer {
  readonly state: readonly StateArray[];
  readonly #mean: Parameter;
  readonly #square: Parameter;
  readonly #steps: Uint32Array;
  readonly #meanDecay: number;
  readonly #squareDecay: number;
  readonly #epsilon: number;

  constructor(options: AdamOptions, parameter: Parameter, dtype: Dtype) {
    const { meanDecay, squareDecay, epsilon } = { ...defaults, ...options };
    const { name, rows, columns } = parameter;
    this.#mean = createParameter(`${name}.mean`, rows, columns, dtype);
    this.#square = createParameter(`${name}.square`, rows, columns, dtype);
    this.#steps = new Uint32Array(rows);
    this.#meanDecay = meanDecay;
    this.#squareDecay = squareDecay;
    this.#epsilon = epsilon;
    this.state = [this.#mean, this.#square, { name: `${name}.steps`, rows, columns: 1, values: this.#steps }];
  }

  update(gradient: Gradient, learningRate: number): void {
    const { columns, values } = gradient.parameter;
    const mean = this.#mean.values;
    const square = this.#square.values;
    const meanDecay = this.#meanDecay;
    const squareDecay = this.#squareDecay;
    const epsilon = this.#epsilon;
    forEachRow(gradient, (row, begin) => {
      this.#steps[row] += 1;
      const meanCorrection = 1 - meanDecay ** this.#steps[row];
      const squareCorrection = 1 - squareDecay ** this.#steps[row];
      const first = row * columns;
      for (let j = 0; j < columns; j += 1) {
        const slope = gradient.values[begin + j];
        const at = first + j;
        mean[at] = meanDecay * mean[at] + (1 - meanDecay) * slope;
        square[at] = squareDecay * square[at] + (1 - squareDecay) * slope * slope;
        values[at] -=
          (learningRate * (mean[at] / meanCorrection)) / (Math.sqrt(square[at] / squareCorrection) + epsilon);
      }
    });
  }
}
