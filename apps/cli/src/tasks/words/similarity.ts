import type { WordPair } from "@widehead/data";
import { spearman } from "@widehead/network";
import { cosine } from "../../cosine.ts";
import { rowOf, type WordVectors } from "./vectors.ts";
import { idOfWord } from "./vocabulary.ts";

/** How far vectors agree with people. */
export interface Similarity {
  /** Spearman's rank correlation, −1 … 1; undefined for fewer than two pairs, or where all values of one side are equal. */
  readonly correlation: number | undefined;
  /** Pairs whose words the model knows. */
  readonly covered: number;
  readonly total: number;
}

/** Compares cosines of words with the scores that people gave. */
export async function similarityOf(vectors: WordVectors, pairs: readonly WordPair[]): Promise<Similarity> {
  const known = pairs.flatMap(({ first, second, score }) => {
    const [a, b] = [first, second].map((word) => idOfWord(vectors.vocabulary, word));
    return a === undefined || b === undefined ? [] : [{ a, b, score }];
  });
  const ids = Uint32Array.from(new Set(known.flatMap(({ a, b }) => [a, b])));
  const places = new Map(Array.from(ids, (id, place) => [id, place]));
  const table = await vectors.rows(ids);
  const vectorOf = (id: number) => rowOf(table, places.get(id)!);
  const cosines = known.map(({ a, b }) => cosine(vectorOf(a), vectorOf(b)));
  const scores = known.map(({ score }) => score);
  return { correlation: spearman(cosines, scores), covered: known.length, total: pairs.length };
}
