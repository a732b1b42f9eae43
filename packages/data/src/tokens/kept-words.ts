import { createRandom } from "@widehead/core";
import { Growing } from "../growing.ts";
import { DOCUMENT_START, ID_BITS, type TokenSource } from "./source.ts";
import type { Keeping } from "./subsample.ts";
import type { Blocks, Window } from "./windows.ts";

const BLOCK = 1 << 14;
/** Stands between pieces of text that no context reaches across; no id is as large. */
export const BARRIER = 0xffff_ffff;

export interface BagWindow extends Window {
  /** The kept words, barriers before, between and after their pieces. */
  readonly words: Uint32Array;
}

export interface KeptOptions {
  readonly keeping: Keeping;
  readonly barriers: ReadonlySet<number>;
  readonly seed: number;
}

/** Blocks after sub-sampling, which is drawn from the seed, epoch and block. */
export function keptBlocks(source: TokenSource, { keeping, barriers, seed }: KeptOptions): Blocks<BagWindow> {
  const count = Math.ceil(source.length / BLOCK);
  const isBarrier = new Uint8Array(keeping.chance.length);
  for (const id of barriers) isBarrier[id] = 1;
  const block = new Uint32Array(BLOCK);
  const kept = new KeptWords();

  const collect = (epoch: number, index: number): void => {
    const tokens = block.subarray(0, Math.min(BLOCK, source.length - index * BLOCK));
    source.read(index * BLOCK, tokens);
    const random = createRandom(seed).fork(`epoch ${epoch} block ${index}`);
    kept.barrier();
    for (const token of tokens) {
      const id = token & ID_BITS;
      if (token >= DOCUMENT_START || isBarrier[id] === 1) kept.barrier();
      const chance = keeping.chance[id];
      if (chance === 1 || (chance > 0 && random.uniform() < chance)) kept.word(id);
    }
    kept.barrier();
  };

  return {
    sizes: (epoch) =>
      Uint32Array.from({ length: count }, (_, index) => {
        kept.clear();
        collect(epoch, index);
        return kept.examples;
      }),
    load(epoch, blocks) {
      kept.clear();
      for (const index of blocks) collect(epoch, index);
      return kept.window();
    },
  };
}

/** Words as they are kept, and which of them have a neighbour. */
class KeptWords {
  readonly #words: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);
  readonly #places: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);
  #begin = 0;

  get examples(): number {
    return this.#places.length;
  }

  clear(): void {
    this.#words.clear();
    this.#places.clear();
    this.#begin = 0;
  }

  word(id: number): void {
    this.#words.push(id);
  }

  barrier(): void {
    const end = this.#words.length;
    if (end - this.#begin > 1) for (let place = this.#begin; place < end; place += 1) this.#places.push(place);
    if (end > this.#begin || end === 0) this.#words.push(BARRIER);
    this.#begin = this.#words.length;
  }

  window(): BagWindow {
    return { words: this.#words.view().slice(), places: this.#places.view().slice() };
  }
}
