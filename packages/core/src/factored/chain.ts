import type { Buffers } from "../buffers.ts";
import type { Backend, FloatArray, Matrix } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { upload } from "../upload.ts";

/** The product C_s · C_{s+1} ··· C_{s+2^level−1}, s = index · 2^level, of refactored transforms. */
interface Link {
  readonly level: number;
  readonly index: number;
  readonly matrix: Matrix;
  /** The product in float64, kept until its parent is formed; undefined after. */
  exact: Float64Array | undefined;
}

/** Which products exist, for checkpoints: the rest of the chain follows from its single links. */
export type ProductKey = readonly [level: number, index: number];

/**
 * The transforms that refactorings set aside. A row stored at epoch e stands for V_k · C_e · C_{e+1} ··· C_{E−1}, E the
 * current epoch; it is multiplied out only when a batch touches it, so that a refactoring costs O(d²) and not O(Dd).
 *
 * Products over aligned powers of two are formed in float64 as links are pushed (a binary counter, one d × d product a
 * call of {@link Chain.formOneProduct}) and rounded once, so that a row crosses n epochs in O(log n) products.
 */
export class Chain implements Disposable {
  readonly #backend: Backend;
  readonly features: number;
  readonly #links = new Map<string, Link>();
  /** Products without a parent yet, oldest first. */
  #open: Link[] = [];
  #first = 0;
  #rowProducts = 0;
  #epoch = 0;

  constructor(backend: Backend, features: number, firstEpoch = 0) {
    this.#backend = backend;
    this.features = features;
    this.#first = firstEpoch;
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

  /** Products of a row with a link so far, d² multiply-adds each. */
  get rowProducts(): number {
    return this.#rowProducts;
  }

  get bytes(): number {
    return this.#links.size * this.features * this.features * (this.#backend.numerics.dtype === "float32" ? 4 : 8);
  }

  /** Ends an epoch: appends C_E = transform [d, d], in the backend's precision. */
  push(transform: FloatArray): void {
    this.#open.push(this.#add(0, this.#epoch, Float64Array.from(transform)));
    this.#epoch += 1;
  }

  /** Takes the last push back; only right after it. */
  undoPush(): void {
    const link = this.#open.pop()!;
    link.matrix[Symbol.dispose]();
    this.#links.delete(key(0, link.index));
    this.#epoch -= 1;
  }

  /** Forms one pending product of two neighbours, in d³ host operations; false when none is pending. */
  formOneProduct(): boolean {
    for (let i = this.#open.length - 2; i >= 0; i -= 1) {
      const [left, right] = [this.#open[i]!, this.#open[i + 1]!];
      if (left.level !== right.level || left.index % 2 !== 0 || right.index !== left.index + 1) continue;
      this.#join(left, right);
      return true;
    }
    return false;
  }

  /**
   * Multiplies rows through the chain, in place.
   *
   * @param block   rows of V [r, d]
   * @param epochs  [r] their epochs, ascending, from {@link first} to {@link epoch}
   * @throws WideheadError ERR_FORMAT for an older epoch, whose link is gone
   */
  bringForward(block: Matrix, epochs: Uint32Array, buffers: Buffers): void {
    const at = Uint32Array.from(epochs);
    // Aligned intervals nest, so rows sorted by epoch that stand at the smallest unfinished epoch are neighbours.
    for (;;) {
      let begin = -1;
      for (let r = 0; r < at.length; r += 1) {
        if (at[r]! < this.#epoch && (begin < 0 || at[r]! < at[begin]!)) begin = r;
      }
      if (begin < 0) return;
      const start = at[begin]!;
      let end = begin;
      while (end < at.length && at[end] === start) end += 1;
      const link = this.#longestFrom(start);
      const group = this.#backend.view(block, begin, 0, end - begin, this.features);
      const moved = buffers.get("forwarded", end - begin, this.features);
      this.#backend.gemm(group, link.matrix, moved);
      this.#backend.combine(group, [{ matrix: moved }]);
      this.#rowProducts += end - begin;
      at.fill(start + 2 ** link.level, begin, end);
    }
  }

  /** The single link C_e, for queries that are transformed in place of rows. Throws as {@link bringForward}. */
  link(epoch: number): Matrix {
    return this.#single(epoch).matrix;
  }

  /** Forgets links that no row needs any more: the caller has brought all rows to `epoch` or later. */
  dropBefore(epoch: number): void {
    for (const [name, link] of this.#links) {
      if (link.index * 2 ** link.level >= epoch) continue;
      link.matrix[Symbol.dispose]();
      this.#links.delete(name);
    }
    this.#open = this.#open.filter((link) => link.index * 2 ** link.level >= epoch);
    this.#first = epoch;
  }

  /** Products beyond single links that exist now, in an order in which they can be formed again. */
  products(): readonly ProductKey[] {
    return [...this.#links.values()].filter((link) => link.level > 0).map(({ level, index }) => [level, index]);
  }

  /**
   * Rebuilds a chain from its single links, bit for bit.
   *
   * @throws WideheadError ERR_FORMAT for a product that its links cannot have made
   */
  static restore(
    backend: Backend,
    features: number,
    first: number,
    links: readonly FloatArray[],
    products: readonly ProductKey[],
  ): Chain {
    const chain = new Chain(backend, features, first);
    for (const link of links) chain.push(link);
    for (const [level, index] of products) {
      const left = chain.#links.get(key(level - 1, index * 2));
      const right = chain.#links.get(key(level - 1, index * 2 + 1));
      if (left?.exact === undefined || right?.exact === undefined) {
        chain[Symbol.dispose]();
        throw new WideheadError("ERR_FORMAT", `snapshot: product ${level}:${index} has no factors in the chain`, {
          actual: [level, index],
        });
      }
      chain.#join(left, right);
    }
    return chain;
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.values()) link.matrix[Symbol.dispose]();
    this.#links.clear();
  }

  #add(level: number, index: number, exact: Float64Array): Link {
    const matrix = upload(this.#backend, this.features, this.features, exact);
    const link: Link = { level, index, matrix, exact };
    this.#links.set(key(level, index), link);
    return link;
  }

  /** Puts the product of two open neighbours in their place; where there is no memory for it, they stay open. */
  #join(left: Link, right: Link): void {
    const [a, b] = [left.exact!, right.exact!];
    const product = this.#backend.multiplyFloat64?.(a, b, this.features) ?? multiply(a, b, this.features);
    this.#open.splice(this.#open.indexOf(left), 2, this.#add(left.level + 1, left.index / 2, product));
    left.exact = undefined;
    right.exact = undefined;
  }

  #single(epoch: number): Link {
    const link = this.#links.get(key(0, epoch));
    if (link !== undefined) return link;
    throw new WideheadError(
      "ERR_FORMAT",
      `rows: epochs must lie between ${this.#first} and ${this.#epoch}, got ${epoch}; the row store holds a row that was never brought forward`,
      { argument: "rows", expected: [this.#first, this.#epoch], actual: epoch },
    );
  }

  #longestFrom(start: number): Link {
    let best = this.#single(start);
    for (let level = 1; start % 2 ** level === 0 && start + 2 ** level <= this.#epoch; level += 1) {
      const longer = this.#links.get(key(level, start / 2 ** level));
      if (longer === undefined) break;
      best = longer;
    }
    return best;
  }
}

function key(level: number, index: number): string {
  return `${level}:${index}`;
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
