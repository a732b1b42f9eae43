import type { HostMatrix, Random } from "@widehead/core";
import type { Gradient, Parameter } from "../parameter.ts";

/** What turns a batch of inputs of type I into the first activations of a body. */
export interface InputLayer<I> {
  /** Columns of the activations. */
  readonly width: number;
  /** A row for each input id. */
  readonly table: Parameter;
  readonly parameters: readonly Parameter[];
  /** Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_DUPLICATE_ID, ERR_NOT_FINITE, or TypeError; O(entries). */
  check(input: I): void;
  /** Activations [m, width]; inputs are left out at random only with a source of dropout. */
  forward(input: I, dropout: Random | undefined): HostMatrix;
  /** Gradients from that of the activations of the latest {@link forward}, which is overwritten: touched rows alone. */
  backward(gradient: HostMatrix): Gradient[];
}
