import { type SparseTargets, WideheadError } from "@widehead/core";
import { EpochOrder } from "../epoch-order.ts";
import { wholeNumber } from "../require.ts";
import { type SparseMatrix, selectRows, targetsOf } from "./matrix.ts";

/** m examples of a sparse model. */
export interface SparseExamples {
  /** [m, features]. */
  readonly input: SparseMatrix;
  /** [m, outputs]. */
  readonly targets: SparseTargets;
}

export interface SparseBatchesOptions {
  /** m. */
  readonly batchSize: number;
  readonly seed: number;
}

/**
 * Endless batches of rows of two matrices, or of one that is to give itself: each epoch is a fresh shuffle of all rows, and
 * batch number n depends on n and the seed alone, so that a run resumed at a step sees what it would have seen.
 */
export class SparseBatches {
  readonly #input: SparseMatrix;
  readonly #targets: SparseMatrix;
  readonly #batchSize: number;
  readonly #order: EpochOrder;

  /** Throws WideheadError ERR_OPTION, and ERR_SHAPE where the matrices have different numbers of rows, or none. */
  constructor(input: SparseMatrix, targets: SparseMatrix, options: SparseBatchesOptions) {
    if (input.rows !== targets.rows || input.rows === 0) {
      const message = `SparseBatches: targets must have as many rows as input, at least 1, got ${targets.rows} and ${input.rows}`;
      throw new WideheadError("ERR_SHAPE", message, {
        argument: "targets",
        expected: input.rows,
        actual: targets.rows,
      });
    }
    this.#input = input;
    this.#targets = targets;
    this.#batchSize = wholeNumber("batchSize", options.batchSize, 1);
    this.#order = new EpochOrder(input.rows, options.seed);
  }

  /** Steps that show every row at least once. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.#order.size / this.#batchSize);
  }

  /** Batch number `step`, from 0: O(entries), and O(rows) when the epoch is another than at the last call. Throws ERR_OPTION. */
  at(step: number): SparseExamples {
    const rows = this.#order.batch(wholeNumber("step", step, 0), this.#batchSize);
    return { input: selectRows(this.#input, rows), targets: targetsOf(selectRows(this.#targets, rows)) };
  }
}
