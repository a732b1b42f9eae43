import {
  createRandom,
  type FloatArray,
  type HostMatrix,
  hostMatrix,
  type Matrix,
  type Snapshot,
  type SparseTargets,
  type TopK,
} from "@widehead/core";
import { initialOffset, requireCount, requireOneOf } from "@widehead/core/internals";
import { checkedCounts, grownCounts } from "../counts.ts";
import type { BaselineRestoreOptions } from "../restore-options.ts";
import { Classifications } from "../rows/classifications.ts";
import { RowsLayer, type RowsPass } from "../rows/layer.ts";
import { logisticPass } from "../rows/logistic.ts";
import { WeightRows } from "../rows/weight-rows.ts";
import { drawCandidates } from "./candidates.ts";
import { askContrastive } from "./contrastive.ts";
import { fullSoftmax, fullTopK, sampledScores } from "./full-softmax.ts";
import { type SampledModel, type SampledOptions, type SamplingMethod, samplingMethods } from "./options.ts";
import { createSampler, type Sampler } from "./sampler.ts";
import { restoreSampled, snapshotOf } from "./snapshot.ts";
import { type SampledInput, sampledSoftmaxPass } from "./softmax.ts";

/**
 * Softmax over D outputs trained on a few drawn ones: sampled softmax, noise-contrastive estimation or negative sampling.
 *
 * `gradient` and `train` report the loss of the sample, which compares with nothing else; `evaluate`, `topK` and `scores`
 * are those of the full softmax, in O(Dd). Weight decay acts on the rows that a batch touches.
 */
export class SampledLayer extends RowsLayer {
  readonly kind: SamplingMethod;
  readonly #model: SampledModel;
  readonly #asked = new Classifications();
  #counts: Float64Array | undefined;
  #sampler: Sampler;

  private constructor(model: SampledModel) {
    super(model.backend, model.weights, model.counters);
    this.kind = model.method;
    this.#model = model;
    this.#counts = model.counts;
    this.#sampler = createSampler(model.samplerName, this.outputs, model.counts);
  }

  /** @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_NOT_FINITE, ERR_MEMORY */
  static async create(options: SampledOptions): Promise<SampledLayer> {
    const { backend, outputs, features, method, negatives, memoryLimit, initial = {}, seed = 1 } = options;
    const { sampler = "log-uniform", optimizer = "sgd" } = options;
    requireOneOf("method", method, samplingMethods);
    requireCount("negatives", negatives);
    const counts = options.counts && checkedCounts(options.counts, outputs);
    const weights = await WeightRows.create({ backend, outputs, features, optimizer, memoryLimit }, initial);
    return new SampledLayer({
      backend,
      method,
      negatives,
      samplerName: sampler,
      counts,
      weights,
      random: createRandom(seed),
      offset: initialOffset(initial, features),
      counters: { steps: 0 },
    });
  }

  /** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
  static async restore(snapshot: Snapshot, options: BaselineRestoreOptions): Promise<SampledLayer> {
    return new SampledLayer(await restoreSampled(snapshot, options));
  }

  get outputs(): number {
    return this.#model.weights.count;
  }

  protected async observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<RowsPass> {
    const { backend, method, negatives, random, weights } = this.#model;
    if (purpose === "evaluate") {
      return { ...(await fullSoftmax(this.#query, hidden, targets)), gradient: undefined };
    }
    const input = { backend, buffers: this.buffers, weights, method };
    const sampler = this.#sampler;
    if (method === "sampled-softmax") {
      return sampledSoftmaxPass(input, hidden, targets, drawCandidates(sampler, this.outputs, negatives, random));
    }
    askContrastive(this.#asked, targets, { method, sampler, negatives }, random);
    return logisticPass(input, hidden, this.#asked);
  }

  protected scoresOf(hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
    return sampledScores(this.#query, hidden, ids);
  }

  protected topKOf(hidden: Matrix, k: number): Promise<TopK> {
    return fullTopK(this.#query, hidden, k);
  }

  protected async rowsOf(ids: Uint32Array): Promise<HostMatrix> {
    const [rows] = await this.backend.readMany([await this.weights.gather(this.queryBuffers, ids)]);
    return hostMatrix(ids.length, this.features, Float64Array.from(rows as FloatArray));
  }

  /** New outputs have the weights of the initial offset, and come last in frequency. */
  protected async addOutputs(count: number): Promise<void> {
    const { samplerName, offset } = this.#model;
    await this.weights.grow(count, offset);
    this.#counts &&= grownCounts(this.#counts, count);
    this.#sampler = createSampler(samplerName, this.outputs, this.#counts);
  }

  protected async snapshot(): Promise<Snapshot> {
    return snapshotOf({ ...this.#model, counts: this.#counts });
  }

  get #query(): SampledInput {
    return { backend: this.backend, buffers: this.queryBuffers, weights: this.weights };
  }
}
