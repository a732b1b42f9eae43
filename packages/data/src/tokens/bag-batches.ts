import { createRandom } from "@widehead/core";
import { emptyText, optionError, wholeNumber } from "../require.ts";
import type { SparseExamples } from "../sparse/batches.ts";
import { type SparseMatrix, targetsOf } from "../sparse/matrix.ts";
import { BagBuilder } from "./bag.ts";
import { type BagWindow, keptBlocks } from "./kept-words.ts";
import type { TokenSource } from "./source.ts";
import { keepingOf } from "./subsample.ts";
import { ShuffledWindows } from "./windows.ts";

const BLOCKS_PER_WINDOW = 1 << 6;

export interface BagOptions {
  /** m. */
  readonly batchSize: number;
  readonly seed: number;
  /** Number of distinct ids: the columns of input and targets. */
  readonly words: number;
  /** Whether a word is the input and the bag of those around it the target, or the other way round (CBOW). */
  readonly predict: "context" | "word";
  /** Words of context to each side at most: the reach is drawn anew from 1 to this for each example. 5 unless told. */
  readonly window?: number;
  /** Relative frequency above which words are thinned out; Infinity keeps all. 1e-4 unless told. */
  readonly subsample?: number;
  /** Ids that no context reaches across, and that are not used: the vocabulary's `sentenceEnd`. None unless told. */
  readonly barriers?: readonly number[];
  /** Ids that are not used: the vocabulary's `unknown`. None unless told. */
  readonly leaveOut?: readonly number[];
}

/**
 * Endless batches of words with the bag of words around them, values being how often each is in the bag, for word or item
 * vectors. Words that sub-sampling drops are gone before contexts are formed. Blocks of 16,384 tokens come in random order,
 * and the examples of 64 blocks together; contexts end with documents and blocks. Batch number n depends on n and the
 * seed alone, so that a resumed run sees what it would have seen. Memory: about 12 MiB and 16 bytes a word.
 *
 * @see Mikolov et al. 2013, Efficient estimation of word representations in vector space
 */
export class BagBatches {
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  readonly #seed: number;
  readonly #words: number;
  readonly #predict: BagOptions["predict"];
  readonly #reach: number;
  readonly #windows: ShuffledWindows<BagWindow>;

  /** Reads the text once. Throws WideheadError ERR_OPTION, and what reading throws. */
  constructor(tokens: TokenSource, options: BagOptions) {
    const { seed, predict, window = 5, subsample = 1e-4, barriers = [], leaveOut = [] } = options;
    if (tokens.length === 0) throw emptyText("BagBatches: tokens", tokens.length);
    if (!(subsample > 0)) throw optionError("subsample", "a number above 0", subsample);
    this.batchSize = wholeNumber("batchSize", options.batchSize, 1);
    this.#words = wholeNumber("words", options.words, 1);
    this.#reach = wholeNumber("window", window, 1);
    this.#seed = seed;
    this.#predict = predict;
    const keeping = keepingOf(tokens, { words: this.#words, subsample, leaveOut: [...barriers, ...leaveOut] });
    const blocks = keptBlocks(tokens, { keeping, barriers: new Set(barriers), seed });
    const examplesPerEpoch = Math.max(1, Math.round(keeping.expected));
    this.stepsPerEpoch = Math.ceil(examplesPerEpoch / this.batchSize);
    this.#windows = new ShuffledWindows(blocks, { examplesPerEpoch, blocksPerWindow: BLOCKS_PER_WINDOW, seed });
  }

  /**
   * Batch number `step`, from 0: O(m · window), and one pass over the text where the epoch is another than at the last call.
   * Throws WideheadError ERR_OPTION; ERR_FORMAT where no word with a neighbour is left; and what reading throws.
   */
  at(step: number): SparseExamples {
    wholeNumber("step", step, 0);
    const random = createRandom(this.#seed).fork(`step ${step}`);
    const centres = new Uint32Array(this.batchSize);
    const bags = new BagBuilder(this.batchSize, this.#reach);
    this.#windows.visit(step * this.batchSize, this.batchSize, ({ words }, place, row) => {
      centres[row] = words[place];
      bags.add(words, place, 1 + random.integer(this.#reach));
    });
    const offsets = Uint32Array.from({ length: this.batchSize + 1 }, (_, row) => row);
    const words: SparseMatrix = { rows: this.batchSize, columns: this.#words, offsets, ids: centres };
    const contexts = bags.build(this.#words);
    const [input, targets] = this.#predict === "context" ? [words, contexts] : [contexts, words];
    return { input, targets: targetsOf(targets) };
  }
}
