import {
  type DenseLoss,
  type Diagnostics,
  type FloatArray,
  type HostMatrix,
  type Matrix,
  type Recomputed,
  type Snapshot,
  type SparseTargets,
  softmaxCrossEntropy,
  type TopK,
} from "@widehead/core";
import { BatchLayer, type Rates } from "@widehead/core/internals";
import { frequencyOrder, grownCounts } from "../counts.ts";
import type { BaselineRestoreOptions } from "../restore-options.ts";
import { type AdaptiveModel, type AdaptiveOptions, createModel, disposeParts, weightBytes } from "./model.ts";
import { type AdaptivePass, adaptiveGradientNorm, applyUpdate, evaluationPass, gradientPass } from "./pass.ts";
import { type AdaptiveQuery, adaptiveRows, adaptiveScores, adaptiveTopK } from "./query.ts";
import { adaptiveKind, restoreAdaptive, snapshotOf } from "./snapshot.ts";

/**
 * Adaptive softmax: a head over the most frequent outputs and the tails, and for each tail a softmax of d/4ⁱ features,
 * computed only for the examples that have labels in it. Normalised, exact in training and evaluation.
 *
 * An output's score is its log-probability. Plain descent only.
 *
 * @see Grave et al. 2017, Efficient softmax approximation for GPUs
 */
export class AdaptiveSoftmaxLayer extends BatchLayer<AdaptivePass> {
  readonly kind: typeof adaptiveKind = adaptiveKind;
  readonly loss: DenseLoss = softmaxCrossEntropy();
  readonly #model: AdaptiveModel;

  private constructor(model: AdaptiveModel) {
    super(model.backend);
    this.#model = model;
  }

  /** @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_MEMORY */
  static async create(options: AdaptiveOptions): Promise<AdaptiveSoftmaxLayer> {
    return new AdaptiveSoftmaxLayer(await createModel(options));
  }

  /** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
  static async restore(snapshot: Snapshot, options: BaselineRestoreOptions): Promise<AdaptiveSoftmaxLayer> {
    return new AdaptiveSoftmaxLayer(await restoreAdaptive(snapshot, options));
  }

  get outputs(): number {
    return this.#model.clusters.outputs;
  }

  get features(): number {
    return this.#model.features;
  }

  /** Where each cluster but the last ends, by rank of frequency. */
  get cutoffs(): readonly number[] {
    return this.#model.clusters.cutoffs;
  }

  /** Nothing is kept beside the weights. */
  recompute(): Promise<Recomputed> {
    return this.exclusive(async () => ({ gramDrift: 0, sumDrift: 0 }));
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await disposeParts(this.#model.head, this.#model.tails);
  }

  protected observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<AdaptivePass> {
    return purpose === "update"
      ? gradientPass(this.#model, this.buffers, hidden, targets)
      : evaluationPass(this.#model, this.queryBuffers, hidden, targets);
  }

  protected hiddenGradient(pass: AdaptivePass): Matrix {
    return pass.gradient!.hidden;
  }

  protected gradientNorm(pass: AdaptivePass): Promise<number> {
    return adaptiveGradientNorm(this.#model, this.buffers, pass.gradient!);
  }

  protected async update(pass: AdaptivePass, rates: Rates, wanted: readonly Matrix[]): Promise<FloatArray[]> {
    await applyUpdate(this.#model, pass.gradient!, rates);
    this.#model.counters.steps += 1;
    return this.backend.readMany(wanted);
  }

  protected scoresOf(hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
    return adaptiveScores(this.#query, hidden, ids);
  }

  protected topKOf(hidden: Matrix, k: number): Promise<TopK> {
    return adaptiveTopK(this.#query, hidden, k);
  }

  protected rowsOf(ids: Uint32Array): Promise<HostMatrix> {
    return adaptiveRows(this.#query, ids);
  }

  /** New outputs join the last tail, with weights of zero. */
  protected async addOutputs(count: number): Promise<void> {
    const model = this.#model;
    const last = model.tails.at(-1)?.layer ?? model.head;
    await last.grow(count);
    model.counts &&= grownCounts(model.counts, count);
    model.clusters.grow(count, model.counts && frequencyOrder(model.counts));
  }

  protected snapshot(): Promise<Snapshot> {
    return snapshotOf(this.#model);
  }

  protected diagnose(): Diagnostics {
    const { backend, clusters, counters, features, tails } = this.#model;
    return {
      ...counters,
      outputs: this.outputs,
      features,
      tails: tails.length,
      bytes: weightBytes(clusters, features, backend),
    };
  }

  /** No example is ever skipped: the loss is defined everywhere. */
  protected countSkipped(): void {}

  protected free(): void {}

  get #query(): AdaptiveQuery {
    return { model: this.#model, buffers: this.queryBuffers };
  }
}
