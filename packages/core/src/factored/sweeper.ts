import type { Buffers } from "../buffers.ts";
import type { Backend, RowStore } from "../contract/index.ts";
import { bytesOf, floatArray } from "../matrix.ts";
import type { Chain } from "./chain.ts";
import { loadRows } from "./row-block.ts";
import { type RowSlice, readSlice } from "./statistics.ts";

/** The chain may take this share of the memory of V … */
const CHAIN_SHARE = 1 / 4;
/** … and at least this many links. */
const FEWEST_LINKS = 16;
/** Rows that a step sweeps at the least while a pass is under way. */
const SMALLEST_SLICE = 64;

/** Where a pass over the rows stands, for checkpoints. */
export interface SweepPosition {
  /** Next position of the store in the pass; −1 when none is under way. */
  readonly cursor: number;
  /** Rows behind this epoch are what the pass is after. */
  readonly target: number;
  /** Rows still to be looked at for the links pushed so far … */
  readonly debt: number;
  /** … of which so many in each step. */
  readonly pace: number;
  /** Steps since the last link was pushed. */
  readonly interval: number;
}

/**
 * Bounds the chain: passes over the rows, in slices between steps, bring the oldest forward, and then their links are
 * dropped. A pass begins when half the allowed links are in use and is spread over as many refactorings as the other half.
 */
export class Sweeper {
  #cursor = -1;
  #target = 0;
  #debt = 0;
  #pace = 0;
  #interval = 0;
  #swept = 0;

  constructor(position?: SweepPosition) {
    if (position === undefined) return;
    this.#cursor = position.cursor;
    this.#target = position.target;
    this.#debt = position.debt;
    this.#pace = position.pace;
    this.#interval = position.interval;
  }

  get position(): SweepPosition {
    return {
      cursor: this.#cursor,
      target: this.#target,
      debt: this.#debt,
      pace: this.#pace,
      interval: this.#interval,
    };
  }

  /** Rows looked at so far. */
  get swept(): number {
    return this.#swept;
  }

  /** To be called when a link was pushed. */
  linkPushed(chain: Chain, touched: number, limit: number): void {
    const half = limit / 2;
    if (this.#cursor < 0 && chain.epoch - chain.first >= half) {
      this.#cursor = 0;
      this.#target = chain.epoch;
      this.#debt = 0;
    }
    // Two links of slack, so that a pass ends within the limit although it pays a little late.
    if (this.#cursor >= 0) this.#debt += Math.ceil(touched / (half - 2));
    this.#pace = Math.max(SMALLEST_SLICE, Math.ceil(this.#debt / Math.max(1, this.#interval)));
    this.#interval = 0;
  }

  /**
   * Sweeps a slice of what is owed, at the pace at which links come: what one costs is spread over as many steps as
   * passed before it. The slice's size depends on d and on how often the layer refactors, not on D.
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
    if (this.#cursor < 0 || this.#debt === 0) return;
    const count = Math.min(this.#pace, this.#debt, store.touched);
    const { next, ...slice } = await readSlice(store, this.#cursor, count);
    await bring(backend, buffers, store, chain, slice, this.#target);
    this.#cursor = next;
    this.#debt -= slice.ids.length;
    this.#swept += slice.ids.length;
    if (next < 0) chain.dropBefore(this.#target);
  }
}

/**
 * Links that a chain may hold: those that fit in `bytes`, or in a quarter of the rows' memory. Each counts twice, since
 * products over powers of two are kept beside it.
 */
export function linkLimit(store: RowStore, bytes: number | undefined): number {
  const { features, touched, dtype } = store;
  const link = 2 * features * features * bytesOf(dtype);
  const allowed = bytes ?? CHAIN_SHARE * touched * features * bytesOf(dtype);
  return Math.max(FEWEST_LINKS, Math.floor(allowed / link));
}

/** Brings those rows of a slice forward whose epoch lies before the target. */
export async function bringSliceForward(
  backend: Backend,
  buffers: Buffers,
  store: RowStore,
  chain: Chain,
  { ids, rows, epochs }: RowSlice,
  target: number,
): Promise<void> {
  const d = store.features;
  const behind: number[] = [];
  for (let i = 0; i < ids.length; i += 1) {
    if (epochs[i] < target && rows.subarray(i * d, (i + 1) * d).some((value) => value !== 0)) behind.push(i);
  }
  if (behind.length === 0) return;
  const oldRows = floatArray(store.dtype, behind.length * d);
  for (const [slot, i] of behind.entries()) oldRows.set(rows.subarray(i * d, (i + 1) * d), slot * d);
  const oldIds = Uint32Array.from(behind, (i) => ids[i]);
  const block = loadRows(
    backend,
    buffers,
    chain,
    oldIds,
    oldRows,
    Uint32Array.from(behind, (i) => epochs[i]),
  );
  chain.bringForward(block.matrix, block.epochs, buffers);
  const [moved] = await backend.readMany([block.matrix]);
  await store.write(block.ids, moved, new Uint32Array(behind.length).fill(chain.epoch));
}
