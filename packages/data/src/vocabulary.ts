import { type Json, WideheadError } from "@widehead/core";
import { wholeNumber } from "./require.ts";
import { SENTENCE_END } from "./tokenize.ts";

/** The entry that stands for every word without one of its own. */
export const UNKNOWN = "<unk>";

export interface VocabularyOptions {
  /** Words seen less often become `<unk>`; 2 unless told. */
  readonly minimumCount?: number;
  /** Entries in all; the rarest words beyond become `<unk>`. No limit unless told. */
  readonly largestSize?: number;
}

/** The words that a model knows, each with an id, by falling frequency, then by code units; `<unk>` and `</s>` are among them. */
export class Vocabulary {
  /** Id of `<unk>`. */
  readonly unknown: number;
  /** Id of `</s>`. */
  readonly sentenceEnd: number;
  /** [size], how often each entry was seen; that of `<unk>` counts all the rare words together. */
  readonly counts: Float64Array;
  readonly #words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(words: readonly string[], counts: Float64Array) {
    this.counts = counts;
    this.#words = words;
    this.#ids = new Map(words.map((word, id) => [word, id]));
    this.unknown = this.idOf(UNKNOWN);
    this.sentenceEnd = this.idOf(SENTENCE_END);
  }

  /**
   * Builds a vocabulary from training tokens, in O(tokens + size log size).
   *
   * @throws WideheadError ERR_OPTION for a minimum count or size that is not a whole number in range; ERR_FORMAT where fewer
   * than two words are seen often enough
   */
  static fromTokens(tokens: Iterable<string>, options: VocabularyOptions = {}): Vocabulary {
    const seen = new Map<string, number>();
    for (const token of tokens) seen.set(token, (seen.get(token) ?? 0) + 1);
    return Vocabulary.fromCounts(seen, options);
  }

  /** Builds a vocabulary from distinct words and how often each was seen. Throws as {@link Vocabulary.fromTokens} does. */
  static fromCounts(counts: Iterable<readonly [string, number]>, options: VocabularyOptions = {}): Vocabulary {
    const { minimumCount = 2, largestSize = Infinity } = options;
    wholeNumber("minimumCount", minimumCount, 1);
    if (largestSize !== Infinity) wholeNumber("largestSize", largestSize, 4);
    const special = new Map([
      [UNKNOWN, 0],
      [SENTENCE_END, 0],
    ]);
    const words: (readonly [string, number])[] = [];
    for (const [word, count] of counts) {
      if (special.has(word)) special.set(word, count);
      else words.push([word, count]);
    }
    const kept = words.filter(([, count]) => count >= minimumCount).sort(byFallingCount);
    kept.length = Math.min(kept.length, largestSize - special.size);
    const sum = (entries: typeof words): number => entries.reduce((total, [, count]) => total + count, 0);
    special.set(UNKNOWN, special.get(UNKNOWN)! + sum(words) - sum(kept));
    assertWords(kept.length, `${words.length} distinct tokens, minimumCount ${minimumCount}`);
    const entries = [...kept, ...special].sort(byFallingCount);
    return new Vocabulary(
      entries.map(([word]) => word),
      Float64Array.from(entries, ([, count]) => count),
    );
  }

  /**
   * Takes what {@link Vocabulary.toJSON} gave.
   *
   * @throws WideheadError ERR_FORMAT for anything else
   */
  static fromJSON(json: unknown): Vocabulary {
    const { words, counts } = (json ?? {}) as { readonly words?: unknown; readonly counts?: unknown };
    const valid =
      isArrayOf(words, (word) => typeof word === "string") &&
      isArrayOf(counts, (count) => Number.isSafeInteger(count) && (count as number) >= 0) &&
      words.length === counts.length &&
      new Set(words).size === words.length &&
      words.includes(UNKNOWN) &&
      words.includes(SENTENCE_END);
    if (!valid) {
      throw new WideheadError(
        "ERR_FORMAT",
        `Vocabulary: expected { words, counts } of equal length, words distinct, with ${UNKNOWN} and ${SENTENCE_END}, counts whole, got something else`,
        { argument: "json" },
      );
    }
    assertWords(words.length - 2, "a saved vocabulary");
    return new Vocabulary([...(words as string[])], Float64Array.from(counts as number[]));
  }

  get size(): number {
    return this.#words.length;
  }

  has(word: string): boolean {
    return this.#ids.has(word);
  }

  /** The id of a token as {@link tokenize} writes it; that of `<unk>` for a word without an entry. */
  idOf(word: string): number {
    return this.#ids.get(word) ?? this.unknown;
  }

  /** Throws ERR_INDEX_RANGE. */
  wordOf(id: number): string {
    const word = this.#words[id];
    if (word !== undefined) return word;
    const message = `Vocabulary: id must be a whole number in 0 … ${this.size - 1}, got ${id}`;
    throw new WideheadError("ERR_INDEX_RANGE", message, { argument: "id", expected: this.size, actual: id });
  }

  /** [tokens.length] ids. */
  encode(tokens: readonly string[]): Uint32Array {
    return Uint32Array.from(tokens, (token) => this.idOf(token));
  }

  toJSON(): Json {
    return { words: this.#words, counts: [...this.counts] };
  }
}

function byFallingCount([a, countA]: readonly [string, number], [b, countB]: readonly [string, number]): number {
  return countB - countA || (a < b ? -1 : 1);
}

function assertWords(count: number, origin: string): void {
  if (count >= 2) return;
  throw new WideheadError(
    "ERR_FORMAT",
    `Vocabulary: expected at least 2 words beside ${UNKNOWN} and ${SENTENCE_END}, got ${count} (${origin})`,
    { expected: 2, actual: count },
  );
}

function isArrayOf(value: unknown, test: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.every(test);
}
