import { BatchLayer, type Rates } from "../batch-layer.ts";
import type {
  Diagnostics,
  FloatArray,
  HostMatrix,
  Loss,
  Matrix,
  Recomputed,
  Snapshot,
  SparseTargets,
  TopK,
} from "../contract/index.ts";
import type { Judged } from "../judge.ts";
import { bytesOf, hostMatrix } from "../matrix.ts";
import { createModel, type DenseModel, type DenseOptions, type DenseRestoreOptions } from "./model.ts";
import { centredPass, type DensePass, type PassInput } from "./pass.ts";
import { denseScores, denseTopK } from "./query.ts";
import { restoreModel, snapshotOf } from "./snapshot.ts";
import { softmaxPass } from "./softmax.ts";
import { applyUpdate, denseGradientNorm, hiddenGradientOf, onePassUpdate } from "./update.ts";

/** A pass remembers its targets: the update needs them again. */
interface Pass extends DensePass {
  readonly sparse: SparseTargets;
}

/**
 * The ordinary output layer o = W h: exact, 3mDd a step, every loss including softmax. The baseline of every claim, and
 * the only layer for losses that need all outputs.
 *
 * W is updated in place, since a second W would be as large: a step that makes it infinite is refused only by the next.
 */
export class DenseLayer extends BatchLayer<Pass> {
  readonly kind = "dense" as const;
  readonly #model: DenseModel;

  private constructor(model: DenseModel) {
    super(model.backend);
    this.#model = model;
  }

  /** @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_NOT_FINITE, ERR_MEMORY */
  static async create(options: DenseOptions): Promise<DenseLayer> {
    return new DenseLayer(await createModel(options));
  }

  /** @throws WideheadError ERR_FORMAT, ERR_MEMORY */
  static async restore(snapshot: Snapshot, options: DenseRestoreOptions): Promise<DenseLayer> {
    return new DenseLayer(await restoreModel(snapshot, options));
  }

  get outputs(): number {
    return this.#model.weights.outputs;
  }

  get features(): number {
    return this.#model.weights.features;
  }

  get loss(): Loss {
    return this.#model.loss;
  }

  /** Nothing is kept beside W. */
  recompute(): Promise<Recomputed> {
    return this.exclusive(async () => ({ gramDrift: 0, sumDrift: 0 }));
  }

  protected async observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<Pass> {
    const { loss } = this;
    const keepOutputs = purpose === "update";
    const input = this.#input(purpose);
    const pass =
      loss.family === "dense"
        ? await softmaxPass(input, hidden, targets, keepOutputs)
        : await centredPass(input, hidden, targets, loss, keepOutputs);
    return { ...pass, sparse: targets };
  }

  protected hiddenGradient(pass: Pass): Matrix {
    return hiddenGradientOf(this.#input("update"), pass, pass.sparse);
  }

  protected gradientNorm(pass: Pass): Promise<number> {
    return denseGradientNorm(this.#input("update"), pass, pass.sparse);
  }

  protected async update(pass: Pass, rates: Rates, wanted: readonly Matrix[]): Promise<FloatArray[]> {
    applyUpdate(this.#input("update"), pass, pass.sparse, rates);
    this.#model.counters.steps += 1;
    return this.backend.readMany(wanted);
  }

  protected override updateInOnePass(
    hidden: Matrix,
    targets: SparseTargets,
    rates: Rates,
  ): Promise<{ readonly judged: Judged; readonly hiddenGradient: Matrix }> | undefined {
    const { loss } = this;
    if (loss.family !== "spherical" || !loss.constantSlopes) return undefined;
    return onePassUpdate(this.#input("update"), hidden, targets, loss, rates).then((done) => {
      this.#model.counters.steps += 1;
      return done;
    });
  }

  protected scoresOf(hidden: Matrix, ids: Uint32Array): Promise<HostMatrix> {
    return denseScores(this.#input("evaluate"), hidden, ids);
  }

  protected topKOf(hidden: Matrix, k: number): Promise<TopK> {
    return denseTopK(this.#input("evaluate"), hidden, k, this.loss);
  }

  protected async rowsOf(ids: Uint32Array): Promise<HostMatrix> {
    return hostMatrix(ids.length, this.features, await this.#model.weights.read(ids));
  }

  /** New outputs have the weights of the initial offset. */
  protected async addOutputs(count: number): Promise<void> {
    const { weights, offset } = this.#model;
    const d = this.features;
    await weights.append(Float64Array.from({ length: count * d }, (_, i) => offset[i % d]));
  }

  protected async snapshot(): Promise<Snapshot> {
    return snapshotOf(this.#model);
  }

  protected diagnose(): Diagnostics {
    return {
      ...this.#model.counters,
      outputs: this.outputs,
      features: this.features,
      bytes: this.outputs * this.features * bytesOf(this.backend.numerics.dtype),
    };
  }

  protected countSkipped(examples: number): void {
    this.#model.counters.skippedExamples += examples;
  }

  protected free(): void {
    this.#model.weights[Symbol.dispose]();
  }

  #input(purpose: "update" | "evaluate"): PassInput {
    const { backend, weights, undefinedExamples } = this.#model;
    const buffers = purpose === "update" ? this.buffers : this.queryBuffers;
    return { backend, buffers, weights, undefinedExamples };
  }
}
