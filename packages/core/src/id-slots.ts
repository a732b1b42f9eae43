/** Numbers 32-bit ids in the order of their first appearance: a hash table that neither boxes nor allocates per id. */
export class IdSlots {
  /** Slot + 1 of the id that hashes here; 0 where there is none. A power of two, at most half full. */
  readonly #table: Uint32Array;
  readonly #ids: Uint32Array;
  #count = 0;

  /** @param most  distinct ids that may be added */
  constructor(most: number) {
    this.#table = new Uint32Array(2 ** Math.ceil(Math.log2(2 * most + 1)));
    this.#ids = new Uint32Array(most);
  }

  /** The slot of an id, a new one where it is new. */
  add(id: number): number {
    const mask = this.#table.length - 1;
    let at = (Math.imul(id, 0x9e3779b1) >>> 7) & mask;
    for (;;) {
      const slot = this.#table[at] - 1;
      if (slot < 0) break;
      if (this.#ids[slot] === id) return slot;
      at = (at + 1) & mask;
    }
    const slot = this.#count;
    this.#count += 1;
    this.#ids[slot] = id;
    this.#table[at] = slot + 1;
    return slot;
  }

  /** The ids by slot. */
  ids(): Uint32Array {
    return this.#ids.slice(0, this.#count);
  }
}
