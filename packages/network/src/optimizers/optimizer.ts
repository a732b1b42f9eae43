import type { RowUpdate } from "../kernels/index.ts";
import type { Gradient, StateArray } from "../parameter.ts";

/**
 * The rule that moves one parameter along its gradients.
 *
 * State is kept for each row, and advances only in the steps that touch the row: a row of an embedding table follows
 * exactly the rule's definition on the sequence of its own gradients, and a step costs nothing for the other rows.
 */
export interface Optimizer {
  /** What a snapshot has to keep, apart from the parameter. */
  readonly state: readonly StateArray[];
  /** One step on the rows of the gradient. */
  update(gradient: Gradient, learningRate: number): void;
}

/** What a kernel needs of a step. */
export function rowUpdate({ parameter, rows, values: gradient }: Gradient, learningRate: number): RowUpdate {
  return { values: parameter.values, columns: parameter.columns, rows, gradient, learningRate };
}
