import type { Dictionary } from "../dictionary.ts";
import { formatError, type Place } from "../format-error.ts";
import { optionError } from "../require.ts";
import { PairCollector, type Repeated } from "../sparse/collect.ts";
import type { SparseMatrix } from "../sparse/matrix.ts";
import type { Column } from "./layout.ts";
import { NameReader, type NamesOptions } from "./names.ts";

export interface InteractionsOptions {
  /** Whether the first line names the columns; detected unless told. */
  readonly header?: boolean;
  /** The first of tab, comma, semicolon, double colon and space that the first line has, unless told. */
  readonly separator?: string;
  /** By usual names in the header, else user, item, weight in this order, unless told; no weight is read where it is false. */
  readonly columns?: { readonly user?: Column; readonly item?: Column; readonly weight?: Column | false };
  readonly users?: NamesOptions;
  readonly items?: NamesOptions;
  /** Lighter interactions are left out, and counted. */
  readonly minimumWeight?: number;
  /** What a pair that comes again does: "sum" unless told, or "last" where weights are not read. */
  readonly repeated?: Repeated;
}

/** Who has to do with what, and how much. */
export interface Interactions {
  /** [users, items]; values are the weights, absent where all are 1. */
  readonly matrix: SparseMatrix;
  readonly users: Dictionary;
  readonly items: Dictionary;
  /** Interactions left out: of unknown users or items, or too light. */
  readonly skipped: number;
}

/** What the columns or fields of interactions are usually called, in lower case. */
export const KNOWN: Readonly<Record<"user" | "item" | "weight", readonly string[]>> = {
  user: ["user", "userid", "user_id", "user-id", "uid", "customer_id", "reviewerid", "visitorid"],
  item: [
    "item",
    "items",
    "itemid",
    "item_id",
    "iid",
    "movieid",
    "movie_id",
    "asin",
    "product_id",
    "isbn",
    "artistid",
    "sid",
  ],
  weight: ["weight", "rating", "score", "count", "plays", "value", "book-rating"],
};

/** Collects interactions by the names of their users and items, from whatever file they are in. */
export class InteractionCollector {
  readonly #path: string;
  readonly #users: NameReader;
  readonly #items: NameReader;
  readonly #pairs: PairCollector;
  readonly #minimumWeight: number;
  #light = 0;

  constructor(path: string, { users, items, minimumWeight = 0, columns, repeated }: InteractionsOptions) {
    this.#path = path;
    this.#users = new NameReader("user", users);
    this.#items = new NameReader("item", items);
    if (!(minimumWeight >= 0)) throw optionError("minimumWeight", "a number of at least 0", minimumWeight);
    this.#minimumWeight = minimumWeight;
    this.#pairs = new PairCollector(repeated ?? (columns?.weight === false ? "last" : "sum"));
  }

  add(user: string, item: string, weight: number, place: Place & { readonly line: number }): void {
    if (weight < this.#minimumWeight) {
      this.#light += 1;
      return;
    }
    const itemId = this.#items.idOf(item, place);
    if (itemId === undefined) return;
    const userId = this.#users.idOf(user, place);
    if (userId !== undefined) this.#pairs.add(userId, itemId, weight, place.line);
  }

  build(): Interactions {
    const users = this.#users.dictionary;
    const items = this.#items.dictionary;
    const skipped = this.#light + this.#items.skipped + this.#users.skipped;
    const path = this.#path;
    if (this.#pairs.length === 0) {
      throw formatError({ path }, "interactions", skipped === 0 ? "none" : `none but ${skipped} that were left out`);
    }
    const matrix = this.#pairs.build(users.size, items.size, (line) =>
      formatError({ path, line }, "each pair of user and item once", "one that came before"),
    );
    return { matrix, users, items, skipped };
  }
}
