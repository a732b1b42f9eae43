import {
  type Backend,
  type BatchResult,
  CallQueue,
  type Evaluation,
  type HostMatrix,
  type OutputLayer,
  type Recomputed,
  type Snapshot,
  type SparseTargets,
  type TopK,
  type UpdateOptions,
  WideheadError,
} from "@widehead/core";
import { Body } from "./body.ts";
import { centred, type Neighbors, nearestWords, requireWord } from "./input/neighbors.ts";
import type { BodyOptions, LanguageModelOptions } from "./options.ts";
import { headSnapshot, joinSnapshot, restoreBody } from "./snapshot/model.ts";
import { formatError } from "./snapshot/tensors.ts";
import { requireFinite, requireIds, requireInteger, requireNonNegative } from "./validate.ts";

/** m contexts of c words with the word that follows each. */
export interface Batch {
  /** [m·c] word ids, a context after the other, the nearest word last. */
  readonly contexts: Uint32Array;
  /** [m] word ids. */
  readonly targets: Uint32Array;
}

/** Options of the output layer's update, and the body's learning rate. */
export interface ModelTrainOptions extends UpdateOptions {
  /** The body's learning rate in this step: that of `bodyOptimizer` unless told. 0 leaves the body as it is. */
  readonly bodyLearningRate?: number;
}

export interface ModelRestoreOptions {
  readonly backend: Backend;
  /** Makes the output layer from its own snapshot; from then on it is the model's to dispose. */
  readonly restoreHead: (snapshot: Snapshot) => Promise<OutputLayer>;
}

/**
 * A neural language model: embeddings of a context's words, dense hidden layers, an output layer over the vocabulary.
 *
 * Calls on one model are queued in order; arrays passed in are borrowed until the call's promise settles.
 * Every method throws ERR_DISPOSED after disposal.
 *
 * @see Bengio et al. 2003, A neural probabilistic language model
 */
export class LanguageModel implements AsyncDisposable {
  readonly head: OutputLayer;
  readonly #body: Body;
  readonly #queue: CallQueue = new CallQueue("language model");

  private constructor(body: Body, head: OutputLayer) {
    this.head = head;
    this.#body = body;
  }

  /** A model with random first weights. Throws ERR_OPTION, and ERR_SHAPE where the head does not fit the body. */
  static create({ backend, head, ...bodyOptions }: LanguageModelOptions): LanguageModel {
    const body = new Body(backend, bodyOptions, "random");
    if (fits(body, head)) return new LanguageModel(body, head);
    body[Symbol.dispose]();
    const expected = shapeOf(body);
    const actual = [head.outputs, head.features];
    const message = `head must be [outputs, features] = [${expected.join(", ")}], got [${actual.join(", ")}]`;
    throw new WideheadError("ERR_SHAPE", message, { argument: "head", expected, actual });
  }

  /**
   * The model that {@link save} handed out, optimiser state included: it goes on bit for bit on a backend of the same
   * kind and type. Throws ERR_FORMAT for a snapshot with missing, unknown, misshapen or non-finite parts.
   */
  static async restore(snapshot: Snapshot, { backend, restoreHead }: ModelRestoreOptions): Promise<LanguageModel> {
    const body = await restoreBody(snapshot, backend);
    try {
      const head = await restoreHead(headSnapshot(snapshot));
      if (fits(body, head)) return new LanguageModel(body, head);
      await head[Symbol.asyncDispose]();
      throw formatError("head", `shape [${shapeOf(body).join(", ")}]`, `[${head.outputs}, ${head.features}]`);
    } catch (error) {
      body[Symbol.dispose]();
      throw error;
    }
  }

  get options(): BodyOptions {
    return this.#body.options;
  }

  /** True when the head's loss defines probabilities, so that exp(mean loss) is a perplexity. */
  get hasPerplexity(): boolean {
    return this.head.loss.likelihood !== undefined;
  }

  /**
   * One step: the head is updated, then the body along the hidden gradient from before that update.
   * A batch of zero examples changes nothing.
   *
   * @returns mean loss over the batch, before the update
   * @throws WideheadError ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION, and what the head throws
   */
  async train(batch: Batch, options: ModelTrainOptions): Promise<BatchResult> {
    this.#checkBatch(batch);
    const { bodyLearningRate = this.options.bodyOptimizer.learningRate, ...headOptions } = options;
    requireNonNegative("learningRate", options.learningRate);
    requireNonNegative("bodyLearningRate", bodyLearningRate);
    return this.#queue.run(async () => {
      const hidden = await this.#body.forward(batch.contexts);
      const result = await this.head.train(hidden, this.#targets(batch), headOptions);
      if (hidden.rows > 0 && bodyLearningRate > 0) {
        const gradients = await this.#body.backward(batch.contexts, result.hiddenGradient!);
        this.#body.update(gradients, bodyLearningRate);
      }
      return result;
    });
  }

  /** Exact loss; changes nothing. Throws ERR_SHAPE, ERR_INDEX_RANGE, and what the head throws. */
  async evaluate(batch: Batch): Promise<Evaluation> {
    this.#checkBatch(batch);
    return this.#queue.run(async () =>
      this.head.evaluate(await this.#body.forward(batch.contexts), this.#targets(batch)),
    );
  }

  /** What the head keeps of all outputs, computed anew; returns the drift found. O(Dd²) for a factored head. */
  async recompute(): Promise<Recomputed> {
    return this.#queue.run(() => this.head.recompute());
  }

  /** Hidden activations [m, d] of m contexts [m·c], the constant last. Throws ERR_SHAPE, ERR_INDEX_RANGE. */
  async hidden(contexts: Uint32Array): Promise<HostMatrix> {
    this.#checkContexts(contexts);
    return this.#queue.run(() => this.#body.forward(contexts));
  }

  /** The k most likely next words of each context, best first. Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION. */
  async predict(contexts: Uint32Array, k: number): Promise<TopK> {
    this.#checkContexts(contexts);
    return this.#queue.run(async () => this.head.topK(await this.#body.forward(contexts), k));
  }

  /**
   * The k words used most like a word: cosines of embeddings (words that precede alike) and of output weights about
   * their mean (words that follow alike), averaged. O(among · (e + d)).
   * Throws ERR_INDEX_RANGE, ERR_OPTION.
   *
   * @param among  only words with ids below it are candidates, the most frequent ones where ids go by frequency; all
   *   unless told. The vectors of words seen a few times are still mostly noise.
   */
  async neighbors(word: number, k: number, among: number = this.options.vocabularySize): Promise<Neighbors> {
    requireWord(word, this.options.vocabularySize);
    requireInteger("among", among, 1);
    const rows = Math.min(among, this.options.vocabularySize);
    return this.#queue.run(async () => {
      const { columns, values } = this.#body.embedding.table;
      const of = (id: number) => values.subarray(id * columns, (id + 1) * columns);
      const embeddings = { rows, columns, values: values.subarray(0, rows * columns), query: of(word) };
      const weights = await this.head.rows(Uint32Array.from({ length: rows }, (_, id) => id));
      const { data: query } = await this.head.rows(Uint32Array.of(word));
      const outputs = centred({ rows, columns: weights.columns, values: weights.data, query });
      return nearestWords([embeddings, outputs], word, k);
    });
  }

  /**
   * Hands the complete state to `sink`, and holds the model still until the sink has consumed it.
   * Throws ERR_NOT_FINITE for a body that training has spoilt, so that it replaces no good checkpoint.
   */
  async save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.#queue.run(() => {
      for (const { name, values } of this.#body.state) requireFinite(`body.${name}`, values);
      return this.head.save((snapshot) => sink(joinSnapshot(this.#body, snapshot)));
    });
  }

  /** Disposes body and head, after the calls before; idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close(async () => {
      this.#body[Symbol.dispose]();
      await this.head[Symbol.asyncDispose]();
    });
  }

  #checkBatch({ contexts, targets }: Batch): void {
    this.#checkContexts(contexts);
    requireIds("targets", targets, this.options.vocabularySize);
    const rows = contexts.length / this.options.context;
    if (targets.length === rows) return;
    throw new WideheadError(
      "ERR_SHAPE",
      `targets must have one id for each of ${rows} contexts, got ${targets.length}`,
      {
        argument: "targets",
        expected: rows,
        actual: targets.length,
      },
    );
  }

  #checkContexts(contexts: Uint32Array): void {
    const { context, vocabularySize } = this.options;
    requireIds("contexts", contexts, vocabularySize);
    if (contexts.length % context === 0) return;
    throw new WideheadError("ERR_SHAPE", `contexts must have a multiple of ${context} ids, got ${contexts.length}`, {
      argument: "contexts",
      expected: context,
      actual: contexts.length,
    });
  }

  #targets({ targets }: Batch): SparseTargets {
    const rows = targets.length;
    const offsets = Uint32Array.from({ length: rows + 1 }, (_, i) => i);
    return { rows, outputs: this.options.vocabularySize, offsets, ids: targets };
  }
}

function fits(body: Body, head: OutputLayer): boolean {
  const [outputs, features] = shapeOf(body);
  return head.outputs === outputs && head.features === features;
}

function shapeOf(body: Body): [outputs: number, features: number] {
  return [body.options.vocabularySize, body.features];
}
