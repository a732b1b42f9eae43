import { createRandom, WideheadError } from "@widehead/core";
import { EpochOrder, numbersUpTo } from "./epoch-order.ts";
import { emptyText, wholeNumber } from "./require.ts";

/** m next-word examples. */
export interface ContextBatch {
  /** [m, c] row-major: the ids before each target, oldest first. */
  readonly contexts: Uint32Array;
  /** [m]: the ids to be predicted. */
  readonly targets: Uint32Array;
}

export interface ContextOptions {
  /** c, the number of words that predict the next one. */
  readonly context: number;
  /** The id that stands before a document's first word: the vocabulary's `sentenceEnd`. */
  readonly padding: number;
}

/** Every token of some documents as a target, with the c tokens before it in its document. 4 bytes a token, twice. */
export class ContextDataset {
  readonly context: number;
  /** Tokens with c paddings before each document, so that a context is a plain slice. */
  readonly #tokens: Uint32Array;
  /** Where each example's target is among the tokens. */
  readonly #places: Uint32Array;

  /**
   * @param documents  token ids of each, as {@link Vocabulary.encode} gives them
   * @throws WideheadError ERR_OPTION for a context that is not a whole number ≥ 1, or where there are no tokens; ERR_MEMORY
   * for more tokens and paddings than an array can hold
   */
  constructor(documents: readonly Uint32Array[], options: ContextOptions) {
    const context = wholeNumber("context", options.context, 1);
    const size = documents.reduce((sum, document) => sum + document.length, 0);
    if (size === 0) throw emptyText("ContextDataset: documents", documents.length);
    this.context = context;
    this.#tokens = allocate(size + documents.length * context).fill(options.padding);
    this.#places = new Uint32Array(size);
    let place = 0;
    let example = 0;
    for (const document of documents) {
      place += context;
      this.#tokens.set(document, place);
      for (let i = 0; i < document.length; i += 1) this.#places[example++] = place++;
    }
  }

  /** The number of examples. */
  get size(): number {
    return this.#places.length;
  }

  /** The examples of the given numbers, in O(m c). Throws ERR_INDEX_RANGE. */
  batch(examples: Uint32Array): ContextBatch {
    const contexts = new Uint32Array(examples.length * this.context);
    const targets = new Uint32Array(examples.length);
    examples.forEach((example, row) => {
      const place = this.#places[example];
      if (place === undefined) {
        const message = `ContextDataset: examples must be in 0 … ${this.size - 1}, got ${example}`;
        throw new WideheadError("ERR_INDEX_RANGE", message, {
          argument: "examples",
          expected: this.size,
          actual: example,
        });
      }
      contexts.set(this.#tokens.subarray(place - this.context, place), row * this.context);
      targets[row] = this.#tokens[place]!;
    });
    return { contexts, targets };
  }

  /** Every example once, in the order of the text; the last batch may be smaller. Throws ERR_OPTION. */
  *inOrder(batchSize: number): Generator<ContextBatch> {
    yield* this.chunks(numbersUpTo(this.size), batchSize);
  }

  /** The examples of the given numbers in batches, the last perhaps smaller. Throws ERR_OPTION, ERR_INDEX_RANGE. */
  *chunks(examples: Uint32Array, batchSize: number): Generator<ContextBatch> {
    wholeNumber("batchSize", batchSize, 1);
    for (let first = 0; first < examples.length; first += batchSize) {
      yield this.batch(examples.subarray(first, first + batchSize));
    }
  }

  /** Numbers of `count` distinct examples, or of all if there are fewer, ascending; the same for the same seed. Throws ERR_OPTION. */
  sample(count: number, seed: number): Uint32Array {
    wholeNumber("count", count, 0);
    return createRandom(seed).shuffle(numbersUpTo(this.size)).slice(0, count).sort();
  }
}

export interface ContextBatchesOptions {
  /** m. */
  readonly batchSize: number;
  readonly seed: number;
}

/**
 * Endless batches of m examples: each epoch is a fresh shuffle of all of them, and batches run on across epochs. Batch
 * number n depends on n and the seed alone, so that a run resumed at a step sees what it would have seen.
 */
export class ContextBatches {
  readonly dataset: ContextDataset;
  readonly batchSize: number;
  readonly #order: EpochOrder;

  /** Throws WideheadError ERR_OPTION for a batch size that is not a whole number ≥ 1. */
  constructor(dataset: ContextDataset, options: ContextBatchesOptions) {
    this.dataset = dataset;
    this.batchSize = wholeNumber("batchSize", options.batchSize, 1);
    this.#order = new EpochOrder(dataset.size, options.seed);
  }

  /** Steps that show every example at least once. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.dataset.size / this.batchSize);
  }

  /** Batch number `step`, from 0: O(m c), and O(examples) when the epoch is another than at the last call. Throws ERR_OPTION. */
  at(step: number): ContextBatch {
    return this.dataset.batch(this.#order.batch(wholeNumber("step", step, 0), this.batchSize));
  }
}

function allocate(length: number): Uint32Array {
  try {
    return new Uint32Array(length);
  } catch (cause) {
    const needed = length * Uint32Array.BYTES_PER_ELEMENT;
    const message = `ContextDataset: tokens and paddings must fit into one array, got ${length}; use a smaller context`;
    throw new WideheadError("ERR_MEMORY", message, { argument: "context", needed }, { cause });
  }
}
