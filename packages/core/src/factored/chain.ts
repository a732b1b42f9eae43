import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { upload } from "../upload.ts";
import { blockEnd, blockStart, type Leap, nextProduct, type StoredLeap, settled } from "./leap.ts";
import { Places } from "./places.ts";

/**
 * The transforms that refactorings set aside. A row stored at epoch e stands for V_k · C_e · C_{e+1} ··· C_{E−1}, E the
 * current epoch; it is multiplied out only when a batch touches it, so that a refactoring costs O(d²) and not O(Dd).
 *
 * Each epoch has one product that leads to the end of its block of a few epochs, or to now, and each aligned power of two
 * of blocks has one. All are formed in float64, one d × d product a call of {@link Chain.formOneProduct}, and rounded
 * once. So a row leaves its block by one product, and crosses n blocks by O(log n). When no row stands inside a block any
 * more, the products that begin there go: what is left is so little that it stays in the cache, and many rows share it.
 */
export class Chain implements Disposable {
  readonly #backend: Backend;
  readonly features: number;
  /** By their start, the shortest first. */
  readonly #leaps = new Map<number, Leap[]>();
  /** Leaps from which others are still to be formed, oldest first. */
  #growing: Leap[] = [];
  #first = 0;
  #settled = 0;
  #rowProducts = 0;
  #epoch = 0;

  constructor(backend: Backend, features: number, firstEpoch = 0) {
    this.#backend = backend;
    this.features = features;
    this.#first = firstEpoch;
    this.#settled = firstEpoch;
    this.#epoch = firstEpoch;
  }

  /** E: the number of refactorings so far, and the epoch of a row that is up to date. */
  get epoch(): number {
    return this.#epoch;
  }

  /** The oldest epoch from which rows can still be brought forward. */
  get first(): number {
    return this.#first;
  }

  /** The epoch before which rows stand only where blocks begin. */
  get settled(): number {
    return this.#settled;
  }

  /** Products of a row with a leap so far, d² multiply-adds each. */
  get rowProducts(): number {
    return this.#rowProducts;
  }

  get bytes(): number {
    const rounded = this.#backend.numerics.dtype === "float32" ? 4 : 8;
    return (this.leaps.length * rounded + this.#growing.length * 8) * this.features ** 2;
  }

  /** All leaps, oldest first, for checkpoints. */
  get leaps(): readonly Leap[] {
    return [...this.#leaps.values()].flat();
  }

  /** Ends an epoch: appends C_E = transform [d, d], in the backend's precision. */
  push(transform: FloatArray): void {
    const exact = Float64Array.from(transform);
    this.#growing.push(this.#add({ start: this.#epoch, end: this.#epoch + 1, numbers: exact, exact }));
    this.#epoch += 1;
  }

  /** Takes the last push back; only right after it. */
  undoPush(): void {
    const { start, matrix } = this.#growing.pop()!;
    matrix[Symbol.dispose]();
    this.#leaps.delete(start);
    this.#epoch -= 1;
  }

  /** Forms one product that is due, in d³ host operations; false when none is. */
  formOneProduct(): boolean {
    const due = nextProduct(this.#growing, this.#epoch);
    if (due === undefined) return false;
    const { left, right, joins } = due;
    const [a, b, d] = [left.exact!, right.exact!, this.features];
    const product = this.#backend.multiplyFloat64?.(a, b, d) ?? multiply(a, b, d);
    if (joins) {
      const joined = this.#add({ start: left.start, end: right.end, numbers: product, exact: product });
      this.#growing.splice(this.#growing.indexOf(left), 0, joined);
      this.#forget([left, right]);
    } else {
      this.#backend.write(left.matrix, product);
      left.exact = product;
      left.end = right.end;
      this.#forget(settled(this.#growing));
    }
    return true;
  }

  /**
   * Multiplies rows through the chain, in place.
   *
   * @param block   rows of V [r, d]
   * @param epochs  [r] their epochs, ascending, from {@link first} to {@link epoch}
   * @param target  the epoch that they are brought to, at which a block begins: {@link epoch} unless told
   * @throws WideheadError ERR_FORMAT for an older epoch, whose link is gone
   */
  bringForward(block: Matrix, epochs: Uint32Array, buffers: Buffers, target: number = this.#epoch): void {
    const at = Uint32Array.from(epochs);
    const places = new Places(this.#backend, block, buffers.get("forwarded", block.rows, this.features));
    // Rows sorted by epoch that stand at the smallest unfinished epoch are neighbours.
    for (;;) {
      let begin = -1;
      for (let r = 0; r < at.length; r += 1) {
        if (at[r]! < target && (begin < 0 || at[r]! < at[begin]!)) begin = r;
      }
      if (begin < 0) break;
      const start = at[begin]!;
      let end = begin;
      while (end < at.length && at[end] === start) end += 1;
      const leap = this.longestFrom(start, target);
      places.multiply(begin, end, leap.matrix);
      this.#rowProducts += end - begin;
      at.fill(leap.end, begin, end);
    }
    places.collect(0, block.rows, 0);
  }

  /** The longest leap from an epoch that ends by `target`. Throws as {@link bringForward}. */
  longestFrom(start: number, target: number): Leap {
    const leap = this.#leaps.get(start)?.findLast(({ end }) => end <= target);
    if (leap !== undefined) return leap;
    throw new WideheadError(
      "ERR_FORMAT",
      `rows: epochs must lie between ${this.#first} and ${this.#epoch}, got ${start}; the row store holds a row that was never brought forward`,
      { argument: "rows", expected: [this.#first, this.#epoch], actual: start },
    );
  }

  /** True when each epoch of the blocks that end by `epoch` leads to the end of its block in one product. */
  leadsOutUntil(epoch: number): boolean {
    return !this.#growing.some(({ start, end }) => end < blockEnd(start) && blockEnd(start) <= epoch);
  }

  /** Forgets leaps that no row needs any more: the caller has brought all rows to `epoch` or later. */
  dropBefore(epoch: number): void {
    this.#drop((start) => start < epoch);
    this.#first = epoch;
    this.#settled = Math.max(this.#settled, epoch);
  }

  /** Forgets the leaps inside blocks that end by `epoch`, where {@link leadsOutUntil}: no row stands there any more. */
  dropInside(epoch: number): void {
    this.#drop((start) => start < epoch && start !== blockStart(start));
    this.#settled = epoch;
  }

  /** A chain with the leaps of a checkpoint, in their order there. */
  static restore(
    backend: Backend,
    features: number,
    {
      firstEpoch,
      settledEpoch,
      epoch,
    }: { readonly firstEpoch: number; readonly settledEpoch: number; readonly epoch: number },
    leaps: readonly StoredLeap[],
  ): Chain {
    const chain = new Chain(backend, features, firstEpoch);
    for (const leap of leaps) chain.#add(leap);
    chain.#growing = chain.leaps.filter(({ exact }) => exact !== undefined).sort((a, b) => a.start - b.start);
    chain.#settled = settledEpoch;
    chain.#epoch = epoch;
    return chain;
  }

  [Symbol.dispose](): void {
    for (const { matrix } of this.leaps) matrix[Symbol.dispose]();
    this.#leaps.clear();
  }

  #add({ start, end, numbers, exact }: StoredLeap): Leap {
    const matrix = upload(this.#backend, this.features, this.features, numbers);
    const leap: Leap = { start, end, matrix, exact };
    this.#leaps.set(start, [...(this.#leaps.get(start) ?? []), leap]);
    return leap;
  }

  #drop(unneeded: (start: number) => boolean): void {
    for (const [start, leaps] of this.#leaps) {
      if (!unneeded(start)) continue;
      for (const { matrix } of leaps) matrix[Symbol.dispose]();
      this.#leaps.delete(start);
    }
    this.#growing = this.#growing.filter(({ start }) => !unneeded(start));
  }

  #forget(leaps: readonly Leap[]): void {
    for (const leap of leaps) leap.exact = undefined;
    this.#growing = this.#growing.filter(({ exact }) => exact !== undefined);
  }
}

/** C = A B in float64, [d, d] each. */
function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const c = new Float64Array(d * d);
  for (let i = 0; i < d; i += 1) {
    for (let k = 0; k < d; k += 1) {
      const factor = a[i * d + k]!;
      for (let j = 0; j < d; j += 1) c[i * d + j] = c[i * d + j]! + factor * b[k * d + j]!;
    }
  }
  return c;
}
