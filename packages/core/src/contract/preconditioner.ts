import type { Backend } from "./backend.ts";
import type { Matrix } from "./matrix.ts";
import type { Json, Tensor } from "./snapshot.ts";

/**
 * Turns the right factor of the weight gradient, so that a step is W ← cW − η∇O(HC) with ∇O the gradient with respect to
 * the outputs: exact for any C [d, d]. It sees activations only, never outputs, so its cost does not depend on D.
 */
export interface Preconditioner extends Disposable {
  /**
   * out ← HC, both [m, d], where C may have learned from this batch already. Changes nothing until {@link commit}; a
   * batch that is prepared and not committed leaves no trace.
   *
   * @param meanSquare  mean ‖h‖² of the batch
   */
  prepare(hidden: Matrix, meanSquare: number, out: Matrix): Promise<void>;
  /** The step of the batch prepared last has been committed. */
  commit(): void;
  /** The state, for a snapshot; tensors are matrices to be read. */
  state(): PreconditionerState;
  /** Goes on from a state; `tensors` holds one of each name that {@link state} gives. */
  restore(facts: { readonly [key: string]: Json }, tensors: ReadonlyMap<string, Tensor>): Promise<void>;
}

export interface PreconditionerState {
  readonly facts: { readonly [key: string]: Json };
  readonly matrices: Readonly<Record<string, Matrix>>;
}

/** What a layer is given: a way to make its own preconditioner. */
export interface PreconditionerFactory {
  readonly name: string;
  /** The parameters, as the command line and checkpoints write them. */
  readonly options: Readonly<Record<string, number>>;
  create(backend: Backend, features: number): Preconditioner;
}
