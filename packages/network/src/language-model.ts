import { type Snapshot, type SparseTargets, WideheadError } from "@widehead/core";
import { languageBody } from "./bodies.ts";
import type { Embedding } from "./input/embedding.ts";
import { centred, type Neighbors, nearestWords, requireWord } from "./input/neighbors.ts";
import { hostKernels } from "./kernels/index.ts";
import { BodyModel, type Example, fitted, type ModelContents, restored } from "./model.ts";
import type { BodyOptions, LanguageModelOptions, ModelRestoreOptions } from "./options.ts";
import { requireIds, requireInteger } from "./validate.ts";

/** m contexts of c words with the word that follows each. */
export interface Batch {
  /** [m·c] word ids, a context after the other, the nearest word last. */
  readonly contexts: Uint32Array;
  /** [m] word ids. */
  readonly targets: Uint32Array;
}

type Contents = ModelContents<Uint32Array, Embedding>;

/**
 * A neural language model: embeddings of a context's words, dense hidden layers, an output layer over the vocabulary.
 *
 * @see Bengio et al. 2003, A neural probabilistic language model
 */
export class LanguageModel extends BodyModel<Uint32Array, Batch, Embedding> {
  readonly #options: BodyOptions;

  private constructor(contents: Contents, options: BodyOptions) {
    super("language-model", contents);
    this.#options = options;
  }

  /** A model with random first weights. Throws ERR_OPTION, ERR_MEMORY, and ERR_SHAPE where the head does not fit the body. */
  static create({ backend, head, kernels = hostKernels, ...options }: LanguageModelOptions): LanguageModel {
    const body = languageBody(options, { backend, kernels, initial: "random" });
    return new LanguageModel(fitted(body, head, options.vocabularySize), options);
  }

  /**
   * The model that {@link save} handed out, optimiser state included: it goes on bit for bit on a backend of the same
   * kind and type. Throws ERR_FORMAT for a snapshot with missing, unknown, misshapen or non-finite parts.
   */
  static async restore(snapshot: Snapshot, options: ModelRestoreOptions): Promise<LanguageModel> {
    const { backend, kernels = hostKernels } = options;
    const create = (facts: BodyOptions) => languageBody(facts, { backend, kernels, initial: "zeros" });
    const contents = await restored("language-model", snapshot, options, create, (facts) => facts.vocabularySize);
    return new LanguageModel(contents, snapshot.facts.body as unknown as BodyOptions);
  }

  override get options(): BodyOptions {
    return this.#options;
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
    return this.queue.run(async () => {
      const { columns, values } = this.body.input.table;
      const of = (id: number) => values.subarray(id * columns, (id + 1) * columns);
      const embeddings = { rows, columns, values: values.subarray(0, rows * columns), query: of(word) };
      const weights = await this.head.rows(Uint32Array.from({ length: rows }, (_, id) => id));
      const { data: query } = await this.head.rows(Uint32Array.of(word));
      const outputs = centred({ rows, columns: weights.columns, values: weights.data, query });
      return nearestWords([embeddings, outputs], word, k);
    });
  }

  protected override unpack({ contexts, targets }: Batch): Example<Uint32Array> {
    const { vocabularySize, context } = this.options;
    requireIds("targets", targets, vocabularySize);
    const rows = contexts.length / context;
    if (targets.length === rows) return { input: contexts, targets: oneEach(targets, vocabularySize) };
    const message = `targets must have one id for each of ${rows} contexts, got ${targets.length}`;
    throw new WideheadError("ERR_SHAPE", message, { argument: "targets", expected: rows, actual: targets.length });
  }
}

function oneEach(ids: Uint32Array, outputs: number): SparseTargets {
  const rows = ids.length;
  return { rows, outputs, offsets: Uint32Array.from({ length: rows + 1 }, (_, i) => i), ids };
}
