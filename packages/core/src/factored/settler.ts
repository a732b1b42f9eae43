import type { Buffers } from "../buffers.ts";
import type { Backend, RowStore } from "../contract/index.ts";
import type { Chain } from "./chain.ts";
import { BLOCK_EPOCHS, blockEnd, blockStart } from "./leap.ts";
import type { RowBlock } from "./row-block.ts";
import { type bringSliceForward, SLICE_ROWS } from "./sweeper.ts";

/** Rows that batches left inside a block, in the order in which they came. */
interface Written {
  readonly blockEnd: number;
  readonly ids: number[];
}

/** What is to be settled, and how fast, for checkpoints. */
export interface SettlerPosition {
  /** The blocks in which rows were left, oldest first, and how many rows of each are still to be settled. */
  readonly blocks: readonly (readonly [blockEnd: number, rows: number])[];
  /** Rows to settle in each step. */
  readonly pace: number;
  /** Steps since the latest block began. */
  readonly interval: number;
  /** Rows due by now, for the next slice. */
  readonly due: number;
}

/**
 * Brings the rows that batches left inside a block of epochs to its end, once it is over: in slices between steps, spread
 * over the time of the next block. So rows of all ages stand at few epochs, and what carries them on is shared by many;
 * what began inside the block is dropped. Each touched row costs d² for this in a block, in products of many rows.
 */
export class Settler {
  readonly #blocks: Written[];
  #pace = 0;
  #interval = 0;
  #due = 0;
  #settled = 0;

  /** @param ids  of the rows that {@link SettlerPosition.blocks} counts, in their order */
  constructor(position?: SettlerPosition, ids: Uint32Array = new Uint32Array(0)) {
    let first = 0;
    this.#blocks = (position?.blocks ?? []).map(([blockEnd, rows]) => {
      first += rows;
      return { blockEnd, ids: [...ids.subarray(first - rows, first)] };
    });
    if (position === undefined) return;
    this.#pace = position.pace;
    this.#interval = position.interval;
    this.#due = position.due;
  }

  get position(): SettlerPosition {
    return {
      blocks: this.#blocks.map(({ blockEnd, ids }) => [blockEnd, ids.length]),
      pace: this.#pace,
      interval: this.#interval,
      due: this.#due,
    };
  }

  /** Rows looked at so far. */
  get settled(): number {
    return this.#settled;
  }

  /** The rows still to be settled, those of the oldest block first. */
  get ids(): Uint32Array {
    return Uint32Array.from(this.#blocks.flatMap(({ ids }) => ids));
  }

  /** To be called when the rows of a batch were written at the current epoch. */
  rowsWritten({ ids, storedEpochs }: RowBlock, epoch: number): void {
    const start = blockStart(epoch);
    if (epoch === start) return;
    let written = this.#blocks.at(-1);
    if (written?.blockEnd !== blockEnd(epoch)) {
      written = { blockEnd: blockEnd(epoch), ids: [] };
      this.#blocks.push(written);
    }
    // Those that stood inside this block already are in the list.
    for (let r = 0; r < ids.length; r += 1) if (storedEpochs[r] <= start) written.ids.push(ids[r]);
  }

  /** To be called when a link was pushed. */
  linkPushed(epoch: number): void {
    if (epoch % BLOCK_EPOCHS !== 0) return;
    const rows = this.#blocks.reduce((sum, { ids }) => sum + ids.length, 0);
    this.#pace = Math.ceil(rows / Math.max(1, this.#interval));
    this.#interval = 0;
  }

  /**
   * Settles a slice when one is due, in the oldest block.
   *
   * @param bring  what carries the rows
   * @returns whether there was something to do
   */
  async settleSlice(
    backend: Backend,
    buffers: Buffers,
    store: RowStore,
    chain: Chain,
    bring: typeof bringSliceForward,
  ): Promise<boolean> {
    this.#interval += 1;
    const [oldest] = this.#blocks;
    const begun = blockStart(chain.epoch);
    if (oldest === undefined || oldest.blockEnd > begun) {
      if (chain.settled < begun && chain.leadsOutUntil(begun)) chain.dropInside(begun);
      return false;
    }
    this.#due += this.#pace;
    if (!chain.leadsOutUntil(oldest.blockEnd)) return false;
    if (this.#due < Math.min(SLICE_ROWS, oldest.ids.length)) return false;
    const count = Math.min(Math.max(SLICE_ROWS, this.#pace), oldest.ids.length);
    // The last first: rows that many batches need are at the head, and most of them come forward by themselves.
    const ids = Uint32Array.from(oldest.ids.slice(-count));
    const rows = buffers.numbers("slice", count * store.features);
    const epochs = new Uint32Array(count);
    await store.read(ids, rows, epochs);
    await bring(backend, buffers, store, chain, { ids, rows, epochs }, oldest.blockEnd);
    oldest.ids.length -= count;
    this.#settled += count;
    this.#due = Math.max(0, this.#due - count);
    if (oldest.ids.length === 0) {
      this.#blocks.shift();
      chain.dropInside(oldest.blockEnd);
    }
    return true;
  }
}
