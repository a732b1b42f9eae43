import type { Buffers } from "../buffers.ts";
import type { Backend, RowStore } from "../contract/index.ts";
import { floatArray } from "../matrix.ts";
import type { Chain } from "./chain.ts";
import { loadRows } from "./row-block.ts";

/** The chain may take this share of the memory of V … */
const CHAIN_SHARE = 1 / 4;
/** … and at least this many links. */
const FEWEST_LINKS = 16;
/** Rows that a step sweeps at the least while a pass is under way. */
const SMALLEST_SLICE = 64;

/** Where a pass over the rows stands, for checkpoints. */
export interface SweepPosition {
  /** Next row of the pass; −1 when none is under way. */
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
  linkPushed(chain: Chain, outputs: number): void {
    const half = linkLimit(outputs, chain.features) / 2;
    if (this.#cursor < 0 && chain.epoch - chain.first >= half) {
      this.#cursor = 0;
      this.#target = chain.epoch;
      this.#debt = 0;
    }
    // Two links of slack, so that a pass ends within the limit although it pays a little late.
    if (this.#cursor >= 0) this.#debt += Math.ceil(outputs / (half - 2));
    this.#pace = Math.max(SMALLEST_SLICE, Math.ceil(this.#debt / Math.max(1, this.#interval)));
    this.#interval = 0;
  }

  /**
   * Sweeps a slice of what is owed, at the pace at which links come: what one costs is spread over as many steps as
   * passed before it. The slice's size depends on d and on how often the layer refactors, not on D.
   */
  async sweepSlice(backend: Backend, buffers: Buffers, store: RowStore, chain: Chain): Promise<void> {
    this.#interval += 1;
    if (this.#cursor < 0 || this.#debt === 0) return;
    const count = Math.min(this.#pace, this.#debt, store.outputs - this.#cursor);
    await bringSliceForward(backend, buffers, store, chain, this.#cursor, count, this.#target);
    this.#cursor += count;
    this.#debt -= count;
    this.#swept += count;
    if (this.#cursor < store.outputs) return;
    chain.dropBefore(this.#target);
    this.#cursor = -1;
  }
}

/** Links that the chain of a layer may hold; each counts twice, since products over powers of two are kept beside it. */
export function linkLimit(outputs: number, features: number): number {
  return Math.max(FEWEST_LINKS, Math.floor((CHAIN_SHARE * outputs) / (2 * features)));
}

async function bringSliceForward(
  backend: Backend,
  buffers: Buffers,
  store: RowStore,
  chain: Chain,
  first: number,
  count: number,
  target: number,
): Promise<void> {
  const d = store.features;
  const rows = floatArray(store.dtype, count * d);
  const epochs = new Uint32Array(count);
  await store.scan(first, count, rows, epochs);
  const behind: number[] = [];
  for (let i = 0; i < count; i += 1) {
    if (epochs[i] < target && rows.subarray(i * d, (i + 1) * d).some((value) => value !== 0)) behind.push(i);
  }
  if (behind.length === 0) return;
  const oldRows = floatArray(store.dtype, behind.length * d);
  for (const [slot, i] of behind.entries()) oldRows.set(rows.subarray(i * d, (i + 1) * d), slot * d);
  const ids = Uint32Array.from(behind, (i) => first + i);
  const block = loadRows(
    backend,
    buffers,
    chain,
    ids,
    oldRows,
    Uint32Array.from(behind, (i) => epochs[i]),
  );
  chain.bringForward(block.matrix, block.epochs, buffers);
  const [moved] = await backend.readMany([block.matrix]);
  await store.write(block.ids, moved, new Uint32Array(behind.length).fill(chain.epoch));
}
