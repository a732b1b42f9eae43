import type { Buffers } from "../buffers.ts";
import type { Backend, RowStore } from "../contract/index.ts";
import { bytesOf } from "../matrix.ts";
import type { Chain } from "./chain.ts";
import { BLOCK_EPOCHS, blockStart } from "./leap.ts";
import { loadRows, type RowSlice } from "./row-block.ts";
import { readSlice } from "./statistics.ts";

/** The chain may take this share of the memory of V … */
const CHAIN_SHARE = 1 / 4;
/** … and at least this many factors … */
const FEWEST_FACTORS = 48;
/** … which serve so many blocks: they are in the cache, and need no sweep. */
const FEWEST_BLOCKS = blocksWithin(FEWEST_FACTORS);
/** Rows that a step sweeps on average when there are more: a shorter chain saves the rows of batches more than that costs. */
const SWEEP_RATE = 64;
/** Rows that are brought forward together: enough for a good product, few enough not to be felt in a step. */
export const SLICE_ROWS = 256;

/** From this position of the store on, in the direction of the sweep, rows stand at this epoch or later. */
export type SweepMark = readonly [position: number, epoch: number];

/** Where the sweep stands, for checkpoints. */
export interface SweepPosition {
  /** Next position of the store. */
  readonly cursor: number;
  /** What the rows have been brought to: ahead of the cursor first, behind it last. */
  readonly marks: readonly SweepMark[];
  /** Rows still to be looked at for the links pushed so far … */
  readonly debt: number;
  /** … of which so many in each step. */
  readonly pace: number;
  /** Steps since the last link was pushed. */
  readonly interval: number;
  /** Rows due by now, for the next slice. */
  readonly due: number;
}

/**
 * Bounds the chain: round and round, in slices between steps, rows are brought forward to where the latest block begins,
 * and links behind the oldest of them are dropped. Rows that no batch touches so stand together at few epochs, and what
 * carries one of them on is shared by many.
 */
export class Sweeper {
  #cursor = 0;
  #marks: readonly SweepMark[] = [[0, 0]];
  #debt = 0;
  #pace = 0;
  #interval = 0;
  #due = 0;
  #swept = 0;

  constructor(position?: SweepPosition) {
    if (position === undefined) return;
    this.#cursor = position.cursor;
    this.#marks = position.marks;
    this.#debt = position.debt;
    this.#pace = position.pace;
    this.#interval = position.interval;
    this.#due = position.due;
  }

  get position(): SweepPosition {
    return {
      cursor: this.#cursor,
      marks: this.#marks,
      debt: this.#debt,
      pace: this.#pace,
      interval: this.#interval,
      due: this.#due,
    };
  }

  /** Rows looked at so far. */
  get swept(): number {
    return this.#swept;
  }

  /** To be called when a link was pushed. */
  linkPushed(chain: Chain, touched: number, limit: number): void {
    const links = chain.epoch - chain.first;
    if (links >= limit / 2) {
      // Rounds as long as the limit allows; and what stands at the oldest epoch within the links that are left.
      const round = touched / (limit - 2 * BLOCK_EPOCHS);
      const last = this.#oldestRows(touched) / Math.max(1, limit - links - 1);
      this.#debt += Math.ceil(Math.max(round, last));
    }
    this.#pace = Math.ceil(this.#debt / Math.max(1, this.#interval));
    this.#interval = 0;
  }

  /**
   * Sweeps a slice when one is due: at a small rate, or at the pace at which links come, so that what one costs is spread
   * over as many steps as passed before it. The slice's size depends on d and on how often the layer refactors, not on D.
   *
   * @param bring  what carries a slice's rows over the links that are to be dropped
   */
  async sweepSlice(
    backend: Backend,
    buffers: Buffers,
    store: RowStore,
    chain: Chain,
    bring: typeof bringSliceForward,
  ): Promise<void> {
    this.#interval += 1;
    const target = blockStart(chain.epoch);
    if (target <= this.#marks[0]![1]) return;
    const rate = chain.epoch - chain.first < FEWEST_BLOCKS * BLOCK_EPOCHS ? 0 : SWEEP_RATE;
    const pace = Math.max(rate, Math.min(this.#pace, this.#debt));
    this.#due += pace;
    if (this.#due === 0 || this.#due < Math.min(SLICE_ROWS, this.#oldestRows(store.touched))) return;
    const size = Math.min(this.#due, Math.max(SLICE_ROWS, pace), store.touched);
    const { next, ...slice } = await readSlice(
      store,
      this.#cursor,
      size,
      buffers.numbers("slice", size * store.features),
    );
    await bring(backend, buffers, store, chain, slice, target);
    this.#advance(next, target);
    this.#due = Math.max(0, this.#due - slice.ids.length);
    this.#debt = Math.max(0, this.#debt - slice.ids.length);
    this.#swept += slice.ids.length;
    const oldest = this.#marks[0]![1];
    if (oldest > chain.first) chain.dropBefore(oldest);
  }

  /** Rows at the oldest epoch that are still ahead. */
  #oldestRows(touched: number): number {
    const [next = 0] = this.#marks[1] ?? [];
    return (next > this.#cursor ? next : touched) - this.#cursor;
  }

  /** Everything from the cursor to `next` (−1 at the end) now stands at the target. */
  #advance(next: number, target: number): void {
    const begin = this.#cursor;
    const marks = [...this.#marks];
    if (marks.at(-1)![1] < target) marks.push([begin, target]);
    const passed = ([position]: SweepMark) => position > begin && (next < 0 || position <= next);
    while (marks.length > 1 && passed(marks[1]!)) marks.shift();
    if (next < 0 && marks.length > 1 && marks[1]![0] === 0) marks.shift();
    this.#marks = marks;
    this.#cursor = Math.max(0, next);
  }
}

/** Links that a chain may span, by the factors that fit in `bytes`, or in a quarter of the rows' memory. */
export function linkLimit(store: RowStore, bytes: number | undefined): number {
  const { features, touched, dtype } = store;
  const allowed = bytes ?? CHAIN_SHARE * touched * features * bytesOf(dtype);
  const factors = Math.max(FEWEST_FACTORS, Math.floor(allowed / (features * features * bytesOf(dtype))));
  return BLOCK_EPOCHS * blocksWithin(factors);
}

/** Each block has a factor and shares in unions, as many again; in the latest two each epoch has one besides. */
function blocksWithin(factors: number): number {
  return Math.floor((factors - 2 * BLOCK_EPOCHS) / 2);
}

/** Brings those rows of a slice forward whose epoch lies before the target. */
export async function bringSliceForward(
  backend: Backend,
  buffers: Buffers,
  store: RowStore,
  chain: Chain,
  slice: RowSlice,
  target: number,
): Promise<void> {
  if (slice.epochs.every((epoch) => epoch >= target)) return;
  const { matrix, ids, epochs } = loadRows(backend, buffers, chain, slice);
  // They stand by epoch, those behind first.
  const upToDate = epochs.findIndex((epoch) => epoch >= target);
  const behind = upToDate < 0 ? ids.length : upToDate;
  if (behind === 0) return;
  const rows = backend.view(matrix, 0, 0, behind, store.features);
  chain.bringForward(rows, epochs.subarray(0, behind), buffers, target);
  const view = backend.hostView?.(rows);
  const [moved = view] = await backend.readMany(view === undefined ? [rows] : []);
  await store.write(ids.subarray(0, behind), moved!, new Uint32Array(behind).fill(target));
}
