import { Dictionary } from "../dictionary.ts";
import { formatError, type Place, shown } from "../format-error.ts";
import { optionError } from "../require.ts";

/** What becomes of a name that a given dictionary lacks: it gets an id, its entry is left out, or it is an error. */
export type UnknownNames = "add" | "skip" | "reject";

/** How a reader turns names into ids. */
export interface NamesOptions {
  /** One that earlier files filled, and that this one may add to; a new one unless given. */
  readonly dictionary?: Dictionary;
  /** "add" unless told. */
  readonly unknown?: UnknownNames;
}

/** Turns names into ids as the options say, and counts the entries left out. */
export class NameReader {
  readonly dictionary: Dictionary;
  readonly #unknown: UnknownNames;
  readonly #what: string;
  #skipped = 0;

  /** Throws ERR_OPTION where names could neither be found nor added. */
  constructor(what: string, { dictionary, unknown = "add" }: NamesOptions = {}) {
    if (dictionary === undefined && unknown !== "add") throw optionError(`${what}.dictionary`, "given", dictionary);
    this.dictionary = dictionary ?? new Dictionary();
    this.#unknown = unknown;
    this.#what = what;
  }

  get skipped(): number {
    return this.#skipped;
  }

  /** Undefined for a name that is to be left out. Throws ERR_FORMAT for an empty name, or for an unknown one where told. */
  idOf(name: string, place: Place): number | undefined {
    if (name === "") throw formatError(place, `a name as ${this.#what}`, "nothing");
    if (this.#unknown === "add") return this.dictionary.add(name);
    const id = this.dictionary.idOf(name);
    if (id !== undefined) return id;
    if (this.#unknown === "reject") throw formatError(place, `a known name as ${this.#what}`, shown(name));
    this.#skipped += 1;
    return undefined;
  }
}
