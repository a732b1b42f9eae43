import type {
  Backend,
  BatchResult,
  Diagnostics,
  Evaluation,
  GradientOptions,
  HostMatrix,
  MatrixLike,
  OutputLayer,
  Snapshot,
  SparseTargets,
  SphericalLoss,
  Step,
  TopK,
  TrainOptions,
  UpdateOptions,
} from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { hostMatrix } from "../matrix.ts";
import { CallQueue } from "../queue.ts";
import { checkTargets } from "../targets.ts";
import { checkGradientInto, checkIds, checkUpdate, loadHidden, requireCount } from "../validate.ts";
import type { Backward } from "./backward.ts";
import { Buffers } from "./buffers.ts";
import { type Core, createCore, growCore, type Recomputed, recomputeStatistics, stateBytes } from "./core.ts";
import type { Forward } from "./forward.ts";
import type { FactoredOptions, FactoredState } from "./options.ts";
import { defaultParts, type FactoredParts } from "./parts.ts";
import { effectiveRows, scoresOf, topKOf } from "./query.ts";
import { type RestoreOptions, restoreCore, snapshotOf } from "./snapshot.ts";
import { commitStep } from "./step.ts";
import { distinctIds, transpose } from "./targets.ts";

/** A batch between its gradient and its update. */
interface Pending {
  readonly pass: Forward;
  readonly gradient: Backward;
}

/**
 * An output layer o = W h of D outputs that trains exactly, loss, hidden gradient and update, in O(d²) an example
 * whatever D is, for losses of the spherical family.
 *
 * One step costs about 7md² + 4m²d + m³/3 + 3mKd multiply-adds and two reads of the backend, a third when it refactors
 * or clips. The weights are those of plain gradient descent to rounding, in float32 as in float64: ill-conditioned
 * factors are refactored before a step is committed, and rows follow when they are next touched.
 *
 * @see Vincent, de Brébisson, Bouthillier 2015 (arXiv 1412.7091); 2016 (arXiv 1606.08061)
 */
export class FactoredLayer implements OutputLayer {
  readonly kind = "factored" as const;
  readonly #core: Core;
  readonly #parts: FactoredParts;
  readonly #buffers: Buffers;
  /** Queries have scratch of their own, so that they may come between a gradient and its update. */
  readonly #queryBuffers: Buffers;
  readonly #queue = new CallQueue("layer");
  /** Changes with every pass that trains: a step of an older pass is stale. */
  #generation = 0;

  private constructor(core: Core, parts: FactoredParts) {
    this.#core = core;
    this.#parts = parts;
    this.#buffers = new Buffers(core.backend);
    this.#queryBuffers = new Buffers(core.backend);
  }

  /**
   * A new layer. O(Dd²) once for random or given rows, O(d²) for rows that all start equal.
   *
   * @param parts  for the conformance suite, which breaks them to see that it notices
   * @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_UNSUPPORTED (a loss outside the family), ERR_MEMORY
   */
  static async create(options: FactoredOptions, parts: Partial<FactoredParts> = {}): Promise<FactoredLayer> {
    return new FactoredLayer(await createCore(options), { ...defaultParts, ...parts });
  }

  /**
   * A layer from its snapshot: it continues bit for bit on a deterministic backend of the same type; on another, its
   * numbers are rounded to that type.
   *
   * @throws WideheadError ERR_FORMAT, ERR_MEMORY
   */
  static async restore(
    snapshot: Snapshot,
    options: RestoreOptions,
    parts: Partial<FactoredParts> = {},
  ): Promise<FactoredLayer> {
    return new FactoredLayer(await restoreCore(snapshot, options), { ...defaultParts, ...parts });
  }

  get backend(): Backend {
    return this.#core.backend;
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

  gradient(hidden: MatrixLike, targets: SparseTargets, options: GradientOptions = {}): Promise<Step> {
    return this.#queue.run(async () => {
      const pending = await this.#begin(hidden, targets, options);
      const generation = this.#generation;
      const { pass, gradient } = pending;
      const result = this.#result(pass, await this.#readGradient(gradient, options));
      return {
        ...result,
        gradientNorm: () =>
          this.#queue.run(() => {
            this.#requireFresh(generation);
            return this.#gradientNorm(pending);
          }),
        apply: (update: UpdateOptions) =>
          this.#queue.run(async () => {
            this.#requireFresh(generation);
            const rates = await this.#rates(update, pending);
            await commitStep(this.#core, this.#parts, this.#buffers, pass, gradient, rates, []);
            this.#generation += 1;
          }),
        discard: () => {
          if (this.#generation === generation) this.#generation += 1;
        },
      };
    });
  }

  train(hidden: MatrixLike, targets: SparseTargets, options: TrainOptions): Promise<BatchResult> {
    return this.#queue.run(async () => {
      checkUpdate(options);
      const pending = await this.#begin(hidden, targets, options);
      const { pass, gradient } = pending;
      const rates = await this.#rates(options, pending);
      const wanted = options.gradientInto === undefined ? [gradient.hiddenGradient] : [];
      if (options.gradientInto !== undefined) {
        this.backend.combine(options.gradientInto, [{ matrix: gradient.hiddenGradient }]);
      }
      const [read] = await commitStep(this.#core, this.#parts, this.#buffers, pass, gradient, rates, wanted);
      this.#generation += 1;
      return this.#result(pass, read === undefined ? undefined : hostMatrix(pass.hidden.rows, this.features, read));
    });
  }

  evaluate(hidden: MatrixLike, targets: SparseTargets): Promise<Evaluation> {
    return this.#queue.run(async () => {
      const { loss, losses, noise, skipped } = await this.#forward(this.#queryBuffers, hidden, targets, "evaluate");
      return { loss, losses, noise, skipped };
    });
  }

  scores(hidden: MatrixLike, ids: Uint32Array): Promise<HostMatrix> {
    return this.#queue.run(async () => {
      checkIds(ids, this.outputs);
      return scoresOf(this.#query(), this.#load(this.#queryBuffers, hidden), ids);
    });
  }

  topK(hidden: MatrixLike, k: number): Promise<TopK> {
    return this.#queue.run(async () => {
      requireCount("k", k);
      return topKOf(this.#query(), this.#load(this.#queryBuffers, hidden), k, this.loss);
    });
  }

  rows(ids: Uint32Array): Promise<HostMatrix> {
    return this.#queue.run(async () => {
      checkIds(ids, this.outputs);
      return effectiveRows(this.#query(), ids);
    });
  }

  /**
   * Adds outputs whose weights are ω (the common offset), in O(d²): the sums that the losses need are updated exactly.
   * @throws WideheadError ERR_OPTION
   */
  grow(count: number): Promise<void> {
    return this.#queue.run(async () => {
      requireCount("count", count, 2 ** 32 - 1 - this.outputs);
      await growCore(this.#core, count);
      this.#generation += 1;
    });
  }

  save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.#queue.run(async () => sink(await snapshotOf(this.#core)));
  }

  /** Q_c and w̄ anew from all rows, O(Dd²): removes the drift of many steps, and says how much there was. */
  recompute(): Promise<Recomputed> {
    return this.#queue.run(async () => {
      const recomputed = await recomputeStatistics(this.#core, this.#queryBuffers);
      this.#generation += 1;
      return recomputed;
    });
  }

  /** Host copies of the factors, for tests and research. */
  inspect(): Promise<FactoredState> {
    return this.#queue.run(async () => {
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

  diagnostics(): Promise<Diagnostics> {
    return this.#queue.run(async () => {
      const { store, chain, sweeper, counters } = this.#core;
      return {
        ...counters,
        outputs: this.outputs,
        features: this.features,
        bytes: store.bytes + chain.bytes + stateBytes(this.features, store.dtype),
        rowBytes: store.bytes,
        chainBytes: chain.bytes,
        chainLinks: chain.epoch - chain.first,
        touchedRows: store.touched,
        sweptRows: sweeper.swept,
      };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close(() => {
      this.#buffers[Symbol.dispose]();
      this.#queryBuffers[Symbol.dispose]();
      this.#core[Symbol.dispose]();
    });
  }

  async #begin(hidden: MatrixLike, targets: SparseTargets, options: GradientOptions): Promise<Pending> {
    if (options.gradientInto !== undefined) checkGradientInto(options.gradientInto, hidden.rows, this.features);
    this.#generation += 1;
    const pass = await this.#forward(this.#buffers, hidden, targets, "update");
    return { pass, gradient: this.#parts.backward(this.#stepInput(), pass) };
  }

  async #forward(
    buffers: Buffers,
    hidden: MatrixLike,
    targets: SparseTargets,
    purpose: "update" | "evaluate",
  ): Promise<Forward> {
    const { backend, store, chain, state, loss, squaredNorm, undefinedExamples } = this.#core;
    checkTargets(targets, { outputs: this.outputs, rows: hidden.rows, loss });
    const loaded = this.#load(buffers, hidden);
    const block = await this.#parts.gatherRows(backend, buffers, store, chain, distinctIds(targets.ids));
    const input = { backend, buffers, state, outputs: this.outputs, squaredNorm, loss, undefinedExamples };
    return this.#parts.forward(input, loaded, block, targets, purpose);
  }

  async #rates(options: UpdateOptions, pending: Pending): Promise<{ learningRate: number; keep: number }> {
    const { learningRate, keep, clipNorm } = checkUpdate(options);
    if (clipNorm === Infinity || learningRate === 0) return { learningRate, keep };
    const norm = await this.#gradientNorm(pending);
    return { learningRate: norm > clipNorm ? (learningRate * clipNorm) / norm : learningRate, keep };
  }

  #gradientNorm({ pass, gradient }: Pending): Promise<number> {
    return this.#parts.gradientNorm(this.#stepInput(), pass, gradient, transpose(pass.slopes.targets));
  }

  async #readGradient(gradient: Backward, { gradientInto }: GradientOptions): Promise<HostMatrix | undefined> {
    const { rows, columns } = gradient.hiddenGradient;
    if (gradientInto !== undefined) {
      this.backend.combine(gradientInto, [{ matrix: gradient.hiddenGradient }]);
      return undefined;
    }
    const [read] = await this.backend.readMany([gradient.hiddenGradient]);
    return hostMatrix(rows, columns, read);
  }

  #result(pass: Forward, hiddenGradient: HostMatrix | undefined): BatchResult {
    const { loss, losses, noise, skipped } = pass;
    this.#core.counters.skippedExamples += skipped;
    return { loss, losses, noise, skipped, hiddenGradient };
  }

  #requireFresh(generation: number): void {
    if (generation === this.#generation) return;
    throw new WideheadError(
      "ERR_STALE_STEP",
      "step: expected the layer's newest gradient, but it was applied, discarded or followed by another",
      {
        argument: "step",
      },
    );
  }

  #load(buffers: Buffers, hidden: MatrixLike) {
    return loadHidden(this.backend, buffers, hidden, this.features);
  }

  #stepInput() {
    const { backend, state, loss } = this.#core;
    return { backend, buffers: this.#buffers, state, outputs: this.outputs, centredGradient: loss.centredGradient };
  }

  #query() {
    const { backend, store, chain, state } = this.#core;
    return { backend, buffers: this.#queryBuffers, store, chain, state };
  }
}
