import { Buffers } from "../buffers.ts";
import type { Backend, Json, Matrix, Preconditioner, PreconditionerState, Tensor } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { readAllFloats } from "../snapshot.ts";

export interface CurvatureOptions {
  /** λ, relative to the mean eigenvalue of E[hhᵀ]. Larger is nearer to plain gradient descent. */
  readonly damping: number;
  /** Decay of the running mean of hhᵀ a step. */
  readonly decay: number;
  /** Steps between two C's, once the run has begun; at first C is formed anew whenever the steps have doubled. */
  readonly refreshEvery: number;
  /** Steps for which the first guess (trace/d)·I counts in the mean. */
  readonly warmUp: number;
}

/** Forms C [d, d] from E[hhᵀ] [d, d] and λ; false where it cannot. */
export type FormInverse = (
  backend: Backend,
  buffers: Buffers,
  moment: Matrix,
  damping: number,
  inverse: Matrix,
) => Promise<boolean>;

/** What the preconditioner has learned. */
interface Learned {
  readonly steps: number;
  /** The step at which C is formed anew. */
  readonly nextRefresh: number;
  /** tr E[hhᵀ]. */
  readonly trace: number;
  /** E[hhᵀ]. */
  readonly moment: Matrix;
  /** C. */
  readonly inverse: Matrix;
}

/**
 * C from a running mean of hhᵀ in which the batch itself counts, as in recursive least squares: an unforeseen direction is
 * damped in the step that first meets it. The mean starts at (trace/d)·I, since a batch of m < d examples says nothing
 * about most directions. 2md² a step, and what forming C costs when it is refreshed.
 */
export class Curvature implements Preconditioner {
  readonly #backend: Backend;
  readonly #buffers: Buffers;
  readonly #options: CurvatureOptions;
  readonly #form: FormInverse;
  readonly #matrices: readonly Matrix[];
  #learned: Learned;
  #prepared: Learned;

  constructor(backend: Backend, features: number, options: CurvatureOptions, form: FormInverse) {
    this.#backend = backend;
    this.#buffers = new Buffers(backend);
    this.#options = options;
    this.#form = form;
    this.#matrices = Array.from({ length: 4 }, () => backend.allocate(features, features));
    const [moment, inverse] = this.#matrices;
    this.#learned = { steps: 0, nextRefresh: 1, trace: 0, moment, inverse };
    this.#prepared = this.#learned;
  }

  async prepare(hidden: Matrix, meanSquare: number, out: Matrix): Promise<void> {
    const backend = this.#backend;
    const { decay, warmUp } = this.#options;
    const before = this.#learned;
    const first = before.steps === 0;
    const [m, d] = [hidden.rows, hidden.columns];
    if (first && meanSquare === 0) {
      // Nothing to learn from, and nothing to divide by.
      this.#prepared = before;
      backend.combine(out, [{ matrix: hidden }]);
      return;
    }
    if (m === 0) return;
    const steps = before.steps + 1;
    const weight = Math.max(1 - decay, 1 / (steps + warmUp));
    const moment = this.#spareOf(before.moment);
    const start = first
      ? { matrix: this.#buffers.identity(d), factor: ((1 - weight) * meanSquare) / d }
      : { matrix: before.moment, factor: 1 - weight };
    backend.combine(moment, [start]);
    backend.gemm(hidden, hidden, moment, { transposeA: true, alpha: weight / m, beta: 1 });
    const trace = first ? meanSquare : (1 - weight) * before.trace + weight * meanSquare;
    const { inverse, nextRefresh } = await this.#refreshed(steps, moment, trace);
    this.#prepared = { steps, nextRefresh, trace, moment, inverse };
    backend.gemm(hidden, inverse, out);
  }

  commit(): void {
    this.#learned = this.#prepared;
  }

  state(): PreconditionerState {
    const { steps, nextRefresh, trace, moment, inverse } = this.#learned;
    return { facts: { steps, nextRefresh, trace }, matrices: { moment, inverse } };
  }

  async restore(facts: { readonly [key: string]: Json }, tensors: ReadonlyMap<string, Tensor>): Promise<void> {
    const { steps, nextRefresh, trace } = facts;
    if (![steps, nextRefresh, trace].every(Number.isFinite)) {
      throw new WideheadError(
        "ERR_FORMAT",
        `snapshot: expected numbers as the preconditioner's steps, nextRefresh and trace, got ${JSON.stringify(facts)}`,
        { actual: facts },
      );
    }
    const { dtype } = this.#backend.numerics;
    const { moment, inverse } = this.#learned;
    this.#backend.write(moment, await readAllFloats(tensors.get("moment")!, dtype));
    this.#backend.write(inverse, await readAllFloats(tensors.get("inverse")!, dtype));
    this.#learned = {
      steps: Number(steps),
      nextRefresh: Number(nextRefresh),
      trace: Number(trace),
      moment,
      inverse,
    };
    this.#prepared = this.#learned;
  }

  [Symbol.dispose](): void {
    this.#buffers[Symbol.dispose]();
    for (const matrix of this.#matrices) matrix[Symbol.dispose]();
  }

  /** C for this step: the one at hand, or a new one. */
  async #refreshed(
    steps: number,
    moment: Matrix,
    trace: number,
  ): Promise<{ readonly inverse: Matrix; readonly nextRefresh: number }> {
    const { inverse, nextRefresh } = this.#learned;
    if (steps < nextRefresh) return { inverse, nextRefresh };
    const d = moment.columns;
    const { damping, refreshEvery } = this.#options;
    const fresh = this.#spareOf(inverse);
    const formed = await this.#form(this.#backend, this.#buffers, moment, (damping * trace) / d, fresh);
    const next = { nextRefresh: steps + Math.min(steps, refreshEvery) };
    if (formed) return { inverse: fresh, ...next };
    if (steps > 1) return { inverse, ...next };
    this.#backend.combine(fresh, [{ matrix: this.#buffers.identity(d), factor: d / (trace * (1 + damping)) }]);
    return { inverse: fresh, ...next };
  }

  /** The matrix that may be written while the other one counts. */
  #spareOf(matrix: Matrix): Matrix {
    const at = this.#matrices.indexOf(matrix);
    return this.#matrices[(at + 2) % 4];
  }
}
