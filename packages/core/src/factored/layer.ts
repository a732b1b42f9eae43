import { BatchLayer, type Rates } from "../batch-layer.ts";
import type {
  Diagnostics,
  FloatArray,
  HostMatrix,
  Matrix,
  Recomputed,
  Snapshot,
  SparseTargets,
  SphericalLoss,
  TopK,
} from "../contract/index.ts";
import { isWideheadError } from "../errors.ts";
import { hostMatrix } from "../matrix.ts";
import type { Backward } from "./backward.ts";
import type { Core } from "./core.ts";
import { createCore, stateBytes } from "./create.ts";
import type { Forward } from "./forward.ts";
import type { FactoredOptions, FactoredState } from "./options.ts";
import { defaultParts, type FactoredParts } from "./parts.ts";
import { effectiveRows, scoresOf, topKOf } from "./query.ts";
import { type RestoreOptions, restoreCore, snapshotOf } from "./snapshot.ts";
import { commitStep } from "./step.ts";
import { growCore, recomputeSums } from "./sums.ts";
import { distinctIds, transpose } from "./targets.ts";

/** A pass for an update carries its gradient along. */
interface Pass extends Forward {
  readonly gradient: Backward | undefined;
}

/**
 * An output layer o = W h of D outputs that trains exactly, loss, hidden gradient and update, in O(d²) an example
 * whatever D is, for losses of the spherical family.
 *
 * One step costs about 7md² + 4m²d + m³/3 + 3mKd multiply-adds and two reads of the backend, one more each to refactor,
 * to clip, and to settle or sweep a slice of rows. The weights are those of plain gradient descent to rounding, in float32 as in float64: ill-conditioned
 * factors are refactored before a step is committed, and rows follow when they are next touched.
 *
 * @see Vincent, de Brébisson, Bouthillier 2015 (arXiv 1412.7091); 2016 (arXiv 1606.08061)
 */
export class FactoredLayer extends BatchLayer<Pass> {
  readonly kind = "factored" as const;
  readonly #core: Core;
  readonly #parts: FactoredParts;

  private constructor(core: Core, parts: Partial<FactoredParts>) {
    super(core.backend);
    this.#core = core;
    this.#parts = { ...defaultParts, ...parts };
  }

  /**
   * A new layer. O(Dd²) once for random or given rows, O(d²) for rows that all start equal.
   *
   * @param parts  for the conformance suite, which breaks them to see that it notices
   * @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_UNSUPPORTED (a loss outside the family), ERR_MEMORY
   */
  static async create(options: FactoredOptions, parts: Partial<FactoredParts> = {}): Promise<FactoredLayer> {
    return new FactoredLayer(await createCore(options), parts);
  }

  /**
   * A layer from its snapshot: it continues bit for bit on a deterministic backend of the same type; on another, its
   * numbers are rounded to that type.
   *
   * @throws WideheadError ERR_FORMAT, ERR_MEMORY, ERR_SHAPE (of the rows' store)
   */
  static async restore(
    snapshot: Snapshot,
    options: RestoreOptions,
    parts: Partial<FactoredParts> = {},
  ): Promise<FactoredLayer> {
    return new FactoredLayer(await restoreCore(snapshot, options), parts);
  }

  get outputs(): number {
    return this.#core.store.outputs;
  }

  get features(): number {
    return this.#core.store.features;
  }

  get loss(): SphericalLoss {
    return this.#core.loss;
  }

  /** Q_c and w̄ anew from all rows, O(Dd²): removes the drift of many steps, and says how much there was. */
  recompute(): Promise<Recomputed> {
    return this.exclusive(async () => {
      const recomputed = await recomputeSums(this.#core, this.queryBuffers);
      this.touch();
      return recomputed;
    });
  }

  /** Host copies of the factors, for tests and research. */
  inspect(): Promise<FactoredState> {
    return this.exclusive(async () => {
      const { state, chain } = this.#core;
      const d = this.features;
      const parts = [state.transform, state.inverse, state.gram, state.offset, state.sum];
      const [transform, inverse, gram, offset, sum] = await this.backend.readMany(parts);
      return {
        transform: hostMatrix(d, d, transform),
        inverseTransposed: hostMatrix(d, d, inverse),
        gram: hostMatrix(d, d, gram),
        offset: hostMatrix(1, d, offset),
        sum: hostMatrix(1, d, sum),
        epoch: chain.epoch,
      };
    });
  }

  /** A pass for an update repairs sums that have drifted, O(Dd²), and tries once more. */
  protected async observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<Pass> {
    try {
      return await this.#observe(hidden, targets, purpose);
    } catch (error) {
      if (purpose === "evaluate" || !isWideheadError(error, "ERR_NUMERIC_DRIFT")) throw error;
      await recomputeSums(this.#core, this.queryBuffers);
      this.#core.counters.repairs += 1;
      return this.#observe(hidden, targets, purpose);
    }
  }

  protected hiddenGradient(pass: Pass): Matrix {
    return pass.gradient!.hiddenGradient;
  }

  protected gradientNorm(pass: Pass): Promise<number> {
    return this.#parts.gradientNorm(this.#stepInput(), pass, pass.gradient!, transpose(pass.slopes.targets));
  }

  protected update(pass: Pass, rates: Rates, wanted: readonly Matrix[]): Promise<FloatArray[]> {
    return commitStep(this.#core, this.#parts, this.buffers, this.queryBuffers, pass, pass.gradient!, rates, wanted);
  }

  protected scoresOf(hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
    return scoresOf(this.#query(), hidden, ids);
  }

  protected topKOf(hidden: Matrix, k: number): Promise<TopK> {
    return topKOf(this.#query(), hidden, k, this.loss);
  }

  protected rowsOf(ids: Uint32Array): Promise<HostMatrix> {
    return effectiveRows(this.#query(), ids);
  }

  /** New outputs have weights ω (the common offset); the sums that losses need are updated exactly, in O(d²). */
  protected addOutputs(count: number): Promise<void> {
    return growCore(this.#core, count);
  }

  protected snapshot(): Promise<Snapshot> {
    return snapshotOf(this.#core);
  }

  protected diagnose(): Diagnostics {
    const { store, chain, sweeper, settler, counters, preconditioner } = this.#core;
    return {
      ...counters,
      outputs: this.outputs,
      features: this.features,
      bytes: store.bytes + chain.bytes + stateBytes(this.features, store.dtype, preconditioner !== undefined),
      rowBytes: store.bytes,
      chainBytes: chain.bytes,
      chainEpochs: chain.epoch - chain.first,
      chainLinks: chain.leaps.length,
      touchedRows: store.touched,
      sweptRows: sweeper.swept,
      settledRows: settler.settled,
      rowProducts: chain.rowProducts,
    };
  }

  protected countSkipped(examples: number): void {
    this.#core.counters.skippedExamples += examples;
  }

  protected free(): void {
    this.#core[Symbol.dispose]();
  }

  async #observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<Pass> {
    const { backend, store, chain, state, loss, squaredNorm, undefinedExamples, preconditioner } = this.#core;
    const buffers = purpose === "update" ? this.buffers : this.queryBuffers;
    const block = await this.#parts.gatherRows(backend, buffers, store, chain, distinctIds(targets.ids));
    const input = {
      backend,
      buffers,
      state,
      outputs: this.outputs,
      squaredNorm,
      loss,
      undefinedExamples,
      preconditioner,
    };
    const pass = await this.#parts.forward(input, hidden, block, targets, purpose);
    return { ...pass, gradient: purpose === "update" ? this.#parts.backward(this.#stepInput(), pass) : undefined };
  }

  #stepInput() {
    const { backend, state, loss } = this.#core;
    return { backend, buffers: this.buffers, state, outputs: this.outputs, centredGradient: loss.centredGradient };
  }

  #query() {
    const { backend, store, chain, state } = this.#core;
    return { backend, buffers: this.queryBuffers, store, chain, state };
  }
}
