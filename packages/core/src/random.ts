/** A seeded stream of random numbers; the same seed gives the same stream on every machine. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound), bound ≤ 2⁵³. */
  integer(bound: number): number;
  /** Shuffles in place (Fisher–Yates). */
  shuffle<T extends { readonly length: number; [index: number]: number }>(items: T): T;
  /** An independent stream, derived from this seed and the label. */
  fork(label: string): Random;
  /** The state, for checkpoints. */
  state(): readonly number[];
}

/**
 * xoshiro128** seeded by splitmix32 [Blackman & Vigna 2018]; two 32-bit draws make one 53-bit uniform.
 *
 * @param seed  any finite number, or a state that {@link Random.state} gave
 */
export function createRandom(seed: number | readonly number[]): Random {
  return new Xoshiro(typeof seed === "number" ? expand(seed) : seed);
}

class Xoshiro implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  readonly #origin: number;
  /** The second of a pair of normal numbers; NaN for none, as a field that is always a number costs no garbage. */
  #spare: number;

  constructor(state: readonly number[]) {
    [this.#a, this.#b, this.#c, this.#d] = state as [number, number, number, number];
    this.#origin = state[4] ?? this.#a ^ this.#d;
    this.#spare = state[5] ?? Number.NaN;
  }

  #next(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotate(this.#d, 11);
    return scrambled;
  }

  uniform(): number {
    return ((this.#next() >>> 5) * 67108864 + (this.#next() >>> 6)) / 9007199254740992;
  }

  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  shuffle<T extends { readonly length: number; [index: number]: number }>(items: T): T {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const other = this.integer(last + 1);
      const kept = items[last] as number;
      items[last] = items[other] as number;
      items[other] = kept;
    }
    return items;
  }

  fork(label: string): Random {
    let hash = this.#origin;
    for (let i = 0; i < label.length; i += 1) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
    return new Xoshiro(expand(hash));
  }

  state(): readonly number[] {
    const words = [this.#a, this.#b, this.#c, this.#d, this.#origin];
    return Number.isNaN(this.#spare) ? words : [...words, this.#spare];
  }
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** splitmix32 over all 64 bits of the seed: four well-mixed words, so that near seeds give unrelated streams. */
function expand(seed: number): number[] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, seed);
  const origin = scramble(bits.getInt32(0)) ^ bits.getInt32(4);
  let state = origin;
  const words = Array.from({ length: 4 }, () => {
    state = (state + 0x9e3779b9) | 0;
    return scramble(state);
  });
  return [...words, origin];
}

function scramble(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
  const twice = Math.imul(once ^ (once >>> 15), 0x735a2d97);
  return twice ^ (twice >>> 15);
}
