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

/** Calls back with each row's number and with where its gradient begins. */
export function forEachRow(gradient: Gradient, visit: (row: number, begin: number) => void): void {
  const { columns } = gradient.parameter;
  const count = gradient.rows?.length ?? gradient.parameter.rows;
  for (let i = 0; i < count; i += 1) visit(gradient.rows?.[i] ?? i, i * columns);
}
