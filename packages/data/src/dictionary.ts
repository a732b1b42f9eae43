import { type Json, WideheadError } from "@widehead/core";
import { ownCopy } from "./own-copy.ts";

/** Names with an id each, 0, 1, … in the order in which they came: what a model's users, items, features or labels are called. */
export class Dictionary {
  readonly #names: string[] = [];
  readonly #ids: Map<string, number> = new Map();

  /** Names of ids 0, 1, …. Throws ERR_FORMAT where one comes twice, and as {@link Dictionary.add} does. */
  static fromNames(names: Iterable<string>): Dictionary {
    const dictionary = new Dictionary();
    for (const name of names) {
      const id = dictionary.size;
      if (dictionary.add(name) !== id) throw invalid("distinct names", `${JSON.stringify(name)} twice`);
    }
    return dictionary;
  }

  /** Takes what {@link Dictionary.toJSON} gave. Throws ERR_FORMAT for anything else. */
  static fromJSON(json: unknown): Dictionary {
    if (Array.isArray(json) && json.every((name) => typeof name === "string")) return Dictionary.fromNames(json);
    throw invalid("an array of names", typeof json);
  }

  get size(): number {
    return this.#names.length;
  }

  /** The id of a name, a new one where it has none. Throws ERR_MEMORY beyond 2²⁴ names or so, which fill a Map. */
  add(name: string): number {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const id = this.size;
    const own = ownCopy(name);
    try {
      this.#ids.set(own, id);
    } catch (cause) {
      const message = `Dictionary: names must be fewer than a Map can hold, got ${id} and another`;
      throw new WideheadError("ERR_MEMORY", message, { argument: "name", actual: id + 1 }, { cause });
    }
    this.#names.push(own);
    return id;
  }

  /** Undefined for a name without an id. */
  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /** Throws ERR_INDEX_RANGE. */
  nameOf(id: number): string {
    const name = this.#names[id];
    if (name !== undefined) return name;
    const message = `Dictionary: id must be a whole number in 0 … ${this.size - 1}, got ${id}`;
    throw new WideheadError("ERR_INDEX_RANGE", message, { argument: "id", expected: this.size, actual: id });
  }

  /** In the order of their ids. */
  get names(): readonly string[] {
    return this.#names;
  }

  toJSON(): Json {
    return this.#names;
  }
}

function invalid(expected: string, actual: string): WideheadError {
  return new WideheadError("ERR_FORMAT", `Dictionary: expected ${expected}, got ${actual}`, { expected, actual });
}
