import type { Snapshot, SparseTargets, TopK } from "@widehead/core";
import { sparseBody } from "./bodies.ts";
import { excludeOutputs, longestRow } from "./exclude.ts";
import { checkSparse, type SparseInput } from "./input/sparse-input.ts";
import type { SparseLayer } from "./input/sparse-layer.ts";
import { hostKernels } from "./kernels/index.ts";
import { BodyModel, type Example, fitted, type ModelContents, restored } from "./model.ts";
import { type ModelRestoreOptions, requireInputs, type SparseBodyOptions, type SparseModelOptions } from "./options.ts";
import { requireInteger } from "./validate.ts";

/** Examples with the outputs that each should have. */
export interface SparseBatch {
  readonly input: SparseInput;
  readonly targets: SparseTargets;
}

export interface PredictOptions {
  /** Outputs that an example must not be given: the items that a user has seen. [m, outputs]. */
  readonly exclude?: SparseInput;
}

/**
 * A model of sparse inputs: rows of a table added up, dense hidden layers, an output layer. Recommenders and
 * autoencoders (inputs and outputs are the same items), taggers, and vectors from bags of words.
 */
export class SparseModel extends BodyModel<SparseInput, SparseBatch, SparseLayer> {
  readonly #options: SparseBodyOptions;

  private constructor(contents: ModelContents<SparseInput, SparseLayer>, options: SparseBodyOptions) {
    super("sparse-model", contents);
    this.#options = options;
  }

  /**
   * A model with random first weights, its input rows perhaps the caller's.
   * Throws ERR_OPTION, ERR_MEMORY, and ERR_SHAPE where input rows or head do not fit the body.
   */
  static create({ backend, head, kernels = hostKernels, inputRows, ...options }: SparseModelOptions): SparseModel {
    const body = sparseBody(options, { backend, kernels, initial: "random", ...(inputRows && { inputRows }) });
    return new SparseModel(fitted(body, head), options);
  }

  /**
   * The model that {@link save} handed out, optimiser state included: it goes on bit for bit on a backend of the same
   * kind and type. Throws ERR_FORMAT for a snapshot with missing, unknown, misshapen or non-finite parts.
   */
  static async restore(snapshot: Snapshot, options: ModelRestoreOptions): Promise<SparseModel> {
    const { backend, kernels = hostKernels } = options;
    const create = (facts: SparseBodyOptions) => sparseBody(facts, { backend, kernels, initial: "zeros" });
    const contents = await restored("sparse-model", snapshot, options, create, () => undefined);
    return new SparseModel(contents, snapshot.facts.body as unknown as SparseBodyOptions);
  }

  override get options(): SparseBodyOptions {
    return { ...this.#options, inputs: this.body.input.table.rows };
  }

  /**
   * The k outputs of each input that rank highest, best first, without those to exclude. Where fewer than k are left,
   * the rest of a row is id 0xffffffff with output −∞ and probability 0. O(D d) an example.
   * Throws ERR_SHAPE, ERR_INDEX_RANGE, ERR_OPTION.
   */
  override async predict(input: SparseInput, k: number, { exclude }: PredictOptions = {}): Promise<TopK> {
    if (exclude === undefined) return super.predict(input, k);
    requireInteger("k", k, 1);
    return this.queue.run(async () => {
      const { outputs } = this.head;
      checkSparse("exclude", exclude, { rows: input.rows, columns: outputs });
      const top = await this.head.topK(await this.evaluateBody(input), k + longestRow(exclude));
      return excludeOutputs(top, exclude, Math.min(k, outputs));
    });
  }

  /**
   * Adds `count` outputs, as the head's `grow` does, and inputs whose rows are zero: an item that nobody has trained on
   * says nothing. Throws ERR_OPTION, ERR_MEMORY.
   *
   * @param inputs  how many; as many as outputs where both are the same items. None unless told
   */
  async grow(count: number, { inputs = 0 }: { readonly inputs?: number } = {}): Promise<void> {
    requireInteger("count", count, 0);
    requireInteger("inputs", inputs, 0);
    return this.queue.run(async () => {
      requireInputs(this.body.input.table.rows + inputs);
      if (count > 0) await this.head.grow(count);
      if (inputs > 0) this.body.growInputs(inputs);
    });
  }

  protected override unpack(batch: SparseBatch): Example<SparseInput> {
    return batch;
  }
}
