import {
  type BatchResult,
  CallQueue,
  type Evaluation,
  floatArray,
  type HostMatrix,
  hostMatrix,
  type OutputLayer,
  type Recomputed,
  type Snapshot,
  type SparseTargets,
  type TopK,
  type UpdateOptions,
  WideheadError,
} from "@widehead/core";
import type { Body } from "./body.ts";
import type { InputLayer } from "./input/input-layer.ts";
import type { HiddenOptions, ModelRestoreOptions } from "./options.ts";
import { scaleGradients, squaredNorm } from "./parameter.ts";
import { headSnapshot, joinSnapshot, type ModelKind, restoreBody } from "./snapshot/model.ts";
import { formatError } from "./snapshot/tensors.ts";
import { requireFinite, requireIds, requireNonNegative, requirePositive } from "./validate.ts";

/** Options of the output layer's update, and the body's learning rate. */
export interface ModelTrainOptions extends Omit<UpdateOptions, "clipNorm"> {
  /** The body's learning rate in this step: that of `bodyOptimizer` unless told. 0 leaves the body as it is. */
  readonly bodyLearningRate?: number;
  /**
   * Largest norm of the gradient of all that the step moves, output layer and body together; a larger one is scaled
   * down to it, exactly. O(m²d) more for a factored head.
   */
  readonly clipNorm?: number;
}

/** A body and its output layer, with the steps that they have been trained. */
export interface ModelContents<I, L extends InputLayer<I>> {
  readonly body: Body<I, L>;
  readonly head: OutputLayer;
  readonly steps: number;
}

/** A batch as body and output layer take it. */
export interface Example<I> {
  readonly input: I;
  readonly targets: SparseTargets;
}

/**
 * What every model does alike, with inputs I in batches B: body, then output layer.
 *
 * Calls on one model are queued in order; arrays passed in are borrowed until the call's promise settles.
 * Every method throws ERR_DISPOSED after disposal.
 */
export abstract class BodyModel<I, B, L extends InputLayer<I> = InputLayer<I>> implements AsyncDisposable {
  readonly head: OutputLayer;
  protected readonly body: Body<I, L>;
  protected readonly queue: CallQueue;
  readonly #kind: ModelKind;
  #steps: number;

  constructor(kind: ModelKind, { body, head, steps }: ModelContents<I, L>) {
    this.head = head;
    this.body = body;
    this.queue = new CallQueue(kind);
    this.#kind = kind;
    this.#steps = steps;
  }

  /** The body's options, its sizes as they are now. */
  abstract get options(): HiddenOptions;

  /** Checks a batch and takes it apart. */
  protected abstract unpack(batch: B): Example<I>;

  /** Steps trained so far: with the seed, it decides what dropout leaves out of the next. */
  get steps(): number {
    return this.#steps;
  }

  /** True when the head's loss defines probabilities, so that exp(mean loss) is a perplexity. */
  get hasPerplexity(): boolean {
    return this.head.loss.likelihood !== undefined;
  }

  /** The body's learning rate where a step is told no other. */
  get bodyLearningRate(): number {
    return this.options.bodyOptimizer.learningRate;
  }

  /**
   * One step: head and body move along their gradients from before it. A batch of zero examples changes nothing.
   *
   * @returns mean loss over the batch, before the update
   * @throws WideheadError ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION, ERR_NUMERIC_DRIFT for a gradient that cannot be
   * clipped, and what the head throws; then nothing has changed
   */
  async train(batch: B, options: ModelTrainOptions): Promise<BatchResult> {
    const { bodyLearningRate = this.bodyLearningRate, clipNorm = Infinity, ...update } = options;
    requireNonNegative("learningRate", options.learningRate);
    requireNonNegative("bodyLearningRate", bodyLearningRate);
    if (clipNorm !== Infinity) requirePositive("clipNorm", clipNorm);
    return this.queue.run(async () => {
      const { input, targets } = this.#checked(batch);
      const hidden = await this.body.forward(input, this.#steps);
      const step = { hidden, targets, update, bodyLearningRate, clipNorm };
      const result = await (clipNorm === Infinity ? this.#descend(step) : this.#descendClipped(step));
      if (hidden.rows > 0) this.#steps += 1;
      return result;
    });
  }

  /** Exact loss; changes nothing. Throws ERR_SHAPE, ERR_INDEX_RANGE, and what the head throws. */
  async evaluate(batch: B): Promise<Evaluation> {
    return this.queue.run(async () => {
      const { input, targets } = this.#checked(batch);
      return this.head.evaluate(await this.body.forward(input), targets);
    });
  }

  /** Hidden activations [m, d] of m inputs, the constant last. Throws ERR_SHAPE, ERR_INDEX_RANGE. */
  async hidden(input: I): Promise<HostMatrix> {
    return this.queue.run(() => this.evaluateBody(input));
  }

  /** The k outputs of each input that rank highest, best first. Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION. */
  async predict(input: I, k: number): Promise<TopK> {
    return this.queue.run(async () => this.head.topK(await this.evaluateBody(input), k));
  }

  /** The input layer's rows of ids, [ids.length, embedding], copied. Throws ERR_INDEX_RANGE. */
  async inputRows(ids: Uint32Array): Promise<HostMatrix> {
    return this.queue.run(async () => {
      const { rows, columns, values } = this.body.input.table;
      requireIds("ids", ids, rows);
      const data = floatArray(values instanceof Float32Array ? "float32" : "float64", ids.length * columns);
      ids.forEach((id, i) => {
        data.set(values.subarray(id * columns, (id + 1) * columns), i * columns);
      });
      return hostMatrix(ids.length, columns, data);
    });
  }

  /** What the head keeps of all outputs, computed anew; returns the drift found. O(Dd²) for a factored head. */
  async recompute(): Promise<Recomputed> {
    return this.queue.run(() => this.head.recompute());
  }

  /**
   * Hands the complete state to `sink`, and holds the model still until the sink has consumed it.
   * Throws ERR_NOT_FINITE for a body that training has spoilt, so that it replaces no good checkpoint.
   */
  async save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    return this.queue.run(() => {
      const { state } = this.body;
      for (const { name, values } of state) requireFinite(`body.${name}`, values);
      const contents = { model: this.#kind, steps: this.#steps, options: this.options, state };
      return this.head.save((snapshot) => sink(joinSnapshot(contents, snapshot)));
    });
  }

  /** Disposes body and head, after the calls before; idempotent. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.close(async () => {
      this.body[Symbol.dispose]();
      await this.head[Symbol.asyncDispose]();
    });
  }

  /** Hidden activations of inputs that need checking; for calls that have waited their turn. */
  protected async evaluateBody(input: I): Promise<HostMatrix> {
    this.body.input.check(input);
    return this.body.forward(input);
  }

  #checked(batch: B): Example<I> {
    const example = this.unpack(batch);
    this.body.input.check(example.input);
    return example;
  }

  async #descend({ hidden, targets, update, bodyLearningRate }: Descent): Promise<BatchResult> {
    const result = await this.head.train(hidden, targets, update);
    if (hidden.rows > 0 && bodyLearningRate > 0) {
      this.body.update(await this.body.backward(result.hiddenGradient!), bodyLearningRate);
    }
    return result;
  }

  async #descendClipped({ hidden, targets, update, bodyLearningRate, clipNorm }: Descent): Promise<BatchResult> {
    const step = await this.head.gradient(hidden, targets);
    const gradients = hidden.rows > 0 && bodyLearningRate > 0 ? await this.body.backward(step.hiddenGradient!) : [];
    const norm = Math.hypot(await step.gradientNorm(), Math.sqrt(squaredNorm(gradients)));
    if (!Number.isFinite(norm)) {
      step.discard();
      throw unclippable(norm);
    }
    const factor = norm > clipNorm ? clipNorm / norm : 1;
    const { learningRate, weightDecay = 0 } = update;
    // The decay is not part of the gradient: its product with the learning rate stays as it was.
    await step.apply({ learningRate: learningRate * factor, weightDecay: weightDecay / factor });
    if (factor < 1) scaleGradients(gradients, factor);
    this.body.update(gradients, bodyLearningRate);
    const { loss, losses, noise, skipped, hiddenGradient } = step;
    return { loss, losses, noise, skipped, hiddenGradient };
  }
}

interface Descent {
  readonly hidden: HostMatrix;
  readonly targets: SparseTargets;
  readonly update: UpdateOptions;
  readonly bodyLearningRate: number;
  readonly clipNorm: number;
}

/** A body with the head that fits it; the body is disposed where none does. Throws ERR_SHAPE. */
export function fitted<I, L extends InputLayer<I>>(
  body: Body<I, L>,
  head: OutputLayer,
  outputs: number = head.outputs,
): ModelContents<I, L> {
  const expected = [outputs, body.features];
  const actual = [head.outputs, head.features];
  if (expected.join() === actual.join()) return { body, head, steps: 0 };
  body[Symbol.dispose]();
  const message = `head must be [outputs, features] = [${expected.join(", ")}], got [${actual.join(", ")}]`;
  throw new WideheadError("ERR_SHAPE", message, { argument: "head", expected, actual });
}

/** A model's contents as a snapshot holds them. Throws ERR_FORMAT. */
export async function restored<I, O, L extends InputLayer<I>>(
  kind: ModelKind,
  snapshot: Snapshot,
  { restoreHead }: ModelRestoreOptions,
  create: (options: O) => Body<I, L>,
  outputsOf: (options: O) => number | undefined,
): Promise<ModelContents<I, L>> {
  const { body, steps } = await restoreBody(snapshot, kind, create);
  try {
    const head = await restoreHead(headSnapshot(snapshot));
    const outputs = outputsOf(snapshot.facts.body as O) ?? head.outputs;
    if (head.outputs === outputs && head.features === body.features) return { body, head, steps };
    await head[Symbol.asyncDispose]();
    throw formatError("head", `shape [${outputs}, ${body.features}]`, `[${head.outputs}, ${head.features}]`);
  } catch (error) {
    body[Symbol.dispose]();
    throw error;
  }
}

function unclippable(norm: number): WideheadError {
  const message = `clipNorm: the gradient's norm must be finite to be clipped, got ${norm}; scale activations or targets down`;
  return new WideheadError("ERR_NUMERIC_DRIFT", message, { argument: "clipNorm", norm });
}
