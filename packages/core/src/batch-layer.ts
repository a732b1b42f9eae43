import { Buffers } from "./buffers.ts";
import type {
  Backend,
  BatchResult,
  Diagnostics,
  Evaluation,
  FloatArray,
  GradientOptions,
  HostMatrix,
  Loss,
  Matrix,
  MatrixLike,
  OutputLayer,
  Recomputed,
  Snapshot,
  SparseTargets,
  Step,
  TopK,
  TrainOptions,
  UpdateOptions,
} from "./contract/index.ts";
import { WideheadError } from "./errors.ts";
import { hostMatrix, isFloatArray } from "./matrix.ts";
import { CallQueue } from "./queue.ts";
import { checkTargets } from "./targets.ts";
import { checkFiniteHidden, checkGradientInto, checkIds, checkUpdate, loadHidden, requireCount } from "./validate.ts";

/** η after clipping, and c = 1 − η·weightDecay before it. */
export interface Rates {
  readonly learningRate: number;
  readonly keep: number;
}

/**
 * What every output layer does alike: checks arguments, queues calls, clips, and keeps a gradient and its update apart.
 * A layer of type P fills in the arithmetic; P is what its pass over a batch leaves behind.
 */
export abstract class BatchLayer<P extends Evaluation> implements OutputLayer {
  abstract readonly kind: string;
  readonly backend: Backend;
  /** Scratch of training; what a pending step holds lies here. */
  protected readonly buffers: Buffers;
  /** Queries have scratch of their own, so that they may come between a gradient and its update. */
  protected readonly queryBuffers: Buffers;
  readonly #queue = new CallQueue("layer");
  /** Changes with every pass that trains: a step of an older pass is stale. */
  #generation = 0;

  constructor(backend: Backend) {
    this.backend = backend;
    this.buffers = new Buffers(backend);
    this.queryBuffers = new Buffers(backend);
  }

  abstract get outputs(): number;
  abstract get features(): number;
  abstract get loss(): Loss;

  /** The losses of a batch and what its gradient needs. */
  protected abstract observe(hidden: Matrix, targets: SparseTargets, purpose: "update" | "evaluate"): Promise<P>;
  /** Gradient with respect to hidden [m, d], scratch. */
  protected abstract hiddenGradient(pass: P): Matrix;
  protected abstract gradientNorm(pass: P): Promise<number>;
  /** Updates the weights and reads `wanted` along; called only for a batch with rows and η > 0. */
  protected abstract update(pass: P, rates: Rates, wanted: readonly Matrix[]): Promise<FloatArray[]>;
  /** A cheaper gradient and update in one, where the layer has one for this batch; undefined where not. */
  protected updateInOnePass(
    _hidden: Matrix,
    _targets: SparseTargets,
    _rates: Rates,
  ): Promise<{ readonly judged: Evaluation; readonly hiddenGradient: Matrix }> | undefined {
    return undefined;
  }
  protected abstract scoresOf(hidden: Matrix, ids: Uint32Array): Promise<HostMatrix>;
  protected abstract topKOf(hidden: Matrix, k: number): Promise<TopK>;
  protected abstract rowsOf(ids: Uint32Array): Promise<HostMatrix>;
  protected abstract addOutputs(count: number): Promise<void>;
  protected abstract snapshot(): Promise<Snapshot>;
  protected abstract diagnose(): Diagnostics;
  protected abstract countSkipped(examples: number): void;
  protected abstract free(): void;

  gradient(hidden: MatrixLike, targets: SparseTargets, options: GradientOptions = {}): Promise<Step> {
    return this.exclusive(async () => {
      const loaded = this.#check(hidden, targets, options);
      // Before the pass, whose scratch is the older step's: that one is stale even where this one fails.
      const generation = this.touch();
      const pass = await blamingHidden(hidden, this.observe(loaded, targets, "update"));
      const hiddenGradient = this.hiddenGradient(pass);
      const [read] = await this.backend.readMany(this.#wanted(hiddenGradient, options));
      return {
        ...this.#result(pass, this.#delivered(hiddenGradient, read, options)),
        gradientNorm: () => this.#ofFresh(generation, () => this.gradientNorm(pass)),
        apply: (update: UpdateOptions) =>
          this.#ofFresh(generation, async () => {
            await this.#commit(pass, hidden, await this.#rates(update, pass), []);
            this.touch();
          }),
        discard: () => {
          if (this.#generation === generation) this.touch();
        },
      };
    });
  }

  train(hidden: MatrixLike, targets: SparseTargets, options: TrainOptions): Promise<BatchResult> {
    return this.exclusive(async () => {
      const { learningRate, keep, clipNorm } = checkUpdate(options);
      const loaded = this.#check(hidden, targets, options);
      this.touch();
      if (clipNorm === Infinity && learningRate > 0 && hidden.rows > 0) {
        const inOnePass = this.updateInOnePass(loaded, targets, { learningRate, keep });
        if (inOnePass !== undefined) {
          const done = await blamingHidden(hidden, inOnePass);
          const [read] = await this.backend.readMany(this.#wanted(done.hiddenGradient, options));
          return this.#result(done.judged, this.#delivered(done.hiddenGradient, read, options));
        }
      }
      const pass = await blamingHidden(hidden, this.observe(loaded, targets, "update"));
      const hiddenGradient = this.hiddenGradient(pass);
      const wanted = this.#wanted(hiddenGradient, options);
      const [read] = await this.#commit(pass, hidden, await this.#rates(options, pass), wanted);
      return this.#result(pass, this.#delivered(hiddenGradient, read, options));
    });
  }

  evaluate(hidden: MatrixLike, targets: SparseTargets): Promise<Evaluation> {
    return this.exclusive(async () => {
      const loaded = this.#check(hidden, targets, {}, this.queryBuffers);
      const pass = await blamingHidden(hidden, this.observe(loaded, targets, "evaluate"));
      const { loss, losses, noise, skipped } = pass;
      return { loss, losses, noise, skipped };
    });
  }

  scores(hidden: MatrixLike, ids: Uint32Array): Promise<HostMatrix> {
    return this.exclusive(async () => {
      checkIds(ids, this.outputs);
      checkFiniteHidden(hidden);
      return this.scoresOf(this.#load(hidden, this.queryBuffers), ids);
    });
  }

  topK(hidden: MatrixLike, k: number): Promise<TopK> {
    return this.exclusive(async () => {
      requireCount("k", k);
      checkFiniteHidden(hidden);
      return this.topKOf(this.#load(hidden, this.queryBuffers), Math.min(k, this.outputs));
    });
  }

  rows(ids: Uint32Array): Promise<HostMatrix> {
    return this.exclusive(async () => {
      checkIds(ids, this.outputs);
      return this.rowsOf(ids);
    });
  }

  grow(count: number): Promise<void> {
    return this.exclusive(async () => {
      requireCount("count", count, 2 ** 32 - 1 - this.outputs);
      await this.addOutputs(count);
      this.touch();
    });
  }

  save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.exclusive(async () => sink(await this.snapshot()));
  }

  diagnostics(): Promise<Diagnostics> {
    return this.exclusive(async () => this.diagnose());
  }

  abstract recompute(): Promise<Recomputed>;

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close(() => {
      this.buffers[Symbol.dispose]();
      this.queryBuffers[Symbol.dispose]();
      this.free();
    });
  }

  /** Runs a task when all calls before it have ended. */
  protected exclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#queue.run(task);
  }

  /** Makes every step before stale. */
  protected touch(): number {
    this.#generation += 1;
    return this.#generation;
  }

  #check(hidden: MatrixLike, targets: SparseTargets, { gradientInto }: GradientOptions, buffers?: Buffers): Matrix {
    if (gradientInto !== undefined) checkGradientInto(this.backend, gradientInto, hidden.rows, this.features);
    checkTargets(targets, { outputs: this.outputs, rows: hidden.rows, loss: this.loss });
    return this.#load(hidden, buffers ?? this.buffers);
  }

  #load(hidden: MatrixLike, buffers: Buffers): Matrix {
    return loadHidden(this.backend, buffers, hidden, this.features);
  }

  /** What is to be read for the caller: nothing where the gradient stays on the device, or where the host sees it. */
  #wanted(hiddenGradient: Matrix, { gradientInto }: GradientOptions): readonly Matrix[] {
    if (gradientInto === undefined) return [hiddenGradient];
    if (isFloatArray(gradientInto)) return this.backend.hostView?.(hiddenGradient) ? [] : [hiddenGradient];
    this.backend.combine(gradientInto, [{ matrix: hiddenGradient }]);
    return [];
  }

  /** The gradient on the host, once it is computed and the step committed. */
  #delivered(
    hiddenGradient: Matrix,
    read: FloatArray | undefined,
    { gradientInto }: GradientOptions,
  ): HostMatrix | undefined {
    const { rows, columns } = hiddenGradient;
    if (!isFloatArray(gradientInto)) return read && hostMatrix(rows, columns, read);
    gradientInto.set(read ?? this.backend.hostView!(hiddenGradient)!);
    return hostMatrix(rows, columns, gradientInto);
  }

  async #rates(options: UpdateOptions, pass: P): Promise<Rates> {
    const { learningRate, keep, clipNorm } = checkUpdate(options);
    if (clipNorm === Infinity || learningRate === 0) return { learningRate, keep };
    const norm = await this.gradientNorm(pass);
    if (!Number.isFinite(norm)) {
      throw new WideheadError(
        "ERR_NUMERIC_DRIFT",
        `clipNorm: the gradient's norm is ${norm}; expected a finite one to clip. Nothing was changed: scale activations or targets down`,
        { argument: "clipNorm", norm },
      );
    }
    return { learningRate: norm > clipNorm ? (learningRate * clipNorm) / norm : learningRate, keep };
  }

  #commit(pass: P, hidden: MatrixLike, rates: Rates, wanted: readonly Matrix[]): Promise<FloatArray[]> {
    if (hidden.rows === 0 || rates.learningRate === 0) return this.backend.readMany(wanted);
    return this.update(pass, rates, wanted);
  }

  #ofFresh<T>(generation: number, task: () => Promise<T>): Promise<T> {
    return this.exclusive(async () => {
      if (generation === this.#generation) return task();
      throw new WideheadError(
        "ERR_STALE_STEP",
        "step: expected the layer's newest gradient, but it was applied, discarded or followed by another",
        { argument: "step" },
      );
    });
  }

  #result({ loss, losses, noise, skipped }: Evaluation, hiddenGradient: HostMatrix | undefined): BatchResult {
    this.countSkipped(skipped);
    return { loss, losses, noise, skipped, hiddenGradient };
  }
}

/** Where a pass fails over activations that are not finite, that is said, and of which. */
async function blamingHidden<T>(hidden: MatrixLike, pass: Promise<T>): Promise<T> {
  try {
    return await pass;
  } catch (error) {
    checkFiniteHidden(hidden);
    throw error;
  }
}
