import type { ContextBatch, ContextBatchesOptions, ContextOptions } from "../contexts.ts";
import { emptyText, wholeNumber } from "../require.ts";
import { DOCUMENT_START, ID_BITS, type TokenSource } from "./source.ts";
import { type Blocks, ShuffledWindows, type Window } from "./windows.ts";

/** Tokens in a block: few, so that a window is a fair sample of the text; yet a block is one read of 16 KiB. */
const BLOCK = 1 << 12;
const BLOCKS_PER_WINDOW = 1 << 8;

interface ContextWindow extends Window {
  readonly tokens: Uint32Array;
}

/**
 * Endless batches of next-word examples from a text that may be larger than memory: as `ContextBatches`, but each epoch is
 * a shuffle of blocks of 4,096 tokens, and then of the million examples of 256 blocks together. Batch number n depends on
 * n and the seed alone, so that a resumed run sees what it would have seen. Memory: 8 MiB, and 4 bytes a block.
 */
export class ContextStream {
  readonly batchSize: number;
  readonly context: number;
  readonly #size: number;
  readonly #padding: number;
  readonly #windows: ShuffledWindows<ContextWindow>;

  /** Throws WideheadError ERR_OPTION for a batch size or context that is no whole number ≥ 1, or where there are no tokens. */
  constructor(tokens: TokenSource, { context, padding, batchSize, seed }: ContextOptions & ContextBatchesOptions) {
    if (tokens.length === 0) throw emptyText("ContextStream: tokens", tokens.length);
    this.batchSize = wholeNumber("batchSize", batchSize, 1);
    this.context = wholeNumber("context", context, 1);
    this.#size = tokens.length;
    this.#padding = padding;
    this.#windows = new ShuffledWindows(blocksWithContext(tokens, context), {
      examplesPerEpoch: tokens.length,
      blocksPerWindow: BLOCKS_PER_WINDOW,
      seed,
    });
  }

  /** Steps that show every example at least once. */
  get stepsPerEpoch(): number {
    return Math.ceil(this.#size / this.batchSize);
  }

  /**
   * Batch number `step`, from 0: O(m c), and reads a window where the step is in another than that of the last call.
   * Throws WideheadError ERR_OPTION, and what reading the tokens throws.
   */
  at(step: number): ContextBatch {
    wholeNumber("step", step, 0);
    const contexts = new Uint32Array(this.batchSize * this.context).fill(this.#padding);
    const targets = new Uint32Array(this.batchSize);
    this.#windows.visit(step * this.batchSize, this.batchSize, ({ tokens }, place, row) => {
      targets[row] = tokens[place] & ID_BITS;
      const first = row * this.context;
      for (let k = this.context - 1; k >= 0 && tokens[place] < DOCUMENT_START; k -= 1) {
        place -= 1;
        contexts[first + k] = tokens[place] & ID_BITS;
      }
    });
    return { contexts, targets };
  }
}

/** Each block in a slot of the window, behind the tokens before it. */
function blocksWithContext(source: TokenSource, context: number): Blocks<ContextWindow> {
  const count = Math.ceil(source.length / BLOCK);
  const sizeOf = (block: number): number => Math.min(BLOCK, source.length - block * BLOCK);
  const sizes = Uint32Array.from({ length: count }, (_, block) => sizeOf(block));
  const slot = context + BLOCK;
  return {
    sizes: () => sizes,
    load(_epoch, blocks) {
      const tokens = new Uint32Array(blocks.length * slot);
      const places = new Uint32Array(blocks.reduce((sum, block) => sum + sizeOf(block), 0));
      let example = 0;
      blocks.forEach((block, index) => {
        const before = Math.min(context, block * BLOCK);
        const begin = index * slot + context;
        const size = sizeOf(block);
        source.read(block * BLOCK - before, tokens.subarray(begin - before, begin + size));
        for (let place = begin; place < begin + size; place += 1) {
          places[example] = place;
          example += 1;
        }
      });
      return { tokens, places };
    },
  };
}
