import { type HostMatrix, hostMatrix } from "@widehead/core";
import type { Vocabulary } from "@widehead/data";
import { cosine } from "../../cosine.ts";
import { isWord } from "./vocabulary.ts";

/** The vectors that a model has of words. */
export interface WordVectors extends AsyncDisposable {
  readonly vocabulary: Vocabulary;
  readonly dimensions: number;
  /** [ids.length, dimensions]. */
  rows(ids: Uint32Array): Promise<HostMatrix>;
}

export interface Neighbor {
  readonly word: string;
  /** Cosine, −1 … 1. */
  readonly similarity: number;
}

export interface NearestOptions {
  readonly count: number;
  /** Only the most frequent words are candidates: rarer ones have hardly been trained. */
  readonly among: number;
  /** Words that the query was made of. */
  readonly without: readonly number[];
}

/** Most frequent words that neighbours are sought among unless told. */
export const usualCandidates = 10_000;

/** The words whose vectors point most nearly the same way as a query, nearest first; marks are not words. O(among · dimensions). */
export async function nearestWords(
  vectors: WordVectors,
  query: ArrayLike<number>,
  { count, among, without }: NearestOptions,
): Promise<Neighbor[]> {
  const { vocabulary } = vectors;
  const first = Uint32Array.from({ length: Math.min(among, vocabulary.size) }, (_, id) => id);
  const ids = first.filter((id) => isWord(vocabulary, id) && !without.includes(id));
  const table = await vectors.rows(ids);
  return Array.from(ids, (id, i) => ({ word: vocabulary.wordOf(id), similarity: cosine(query, rowOf(table, i)) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, count);
}

/** The words that are to c as b is to a: nearest to b − a + c, of vectors of length 1. */
export async function analogousWords(
  vectors: WordVectors,
  [a, b, c]: readonly [number, number, number],
  options: Omit<NearestOptions, "without">,
): Promise<Neighbor[]> {
  const table = unitRows(await vectors.rows(Uint32Array.of(a, b, c)));
  const query = rowOf(table, 1).map((value, j) => value - rowOf(table, 0)[j]! + rowOf(table, 2)[j]!);
  return nearestWords(vectors, query, { ...options, without: [a, b, c] });
}

export function rowOf({ columns, data }: HostMatrix, row: number): Float64Array {
  return Float64Array.from(data.subarray(row * columns, (row + 1) * columns));
}

/** The same directions, all of length 1; zero rows stay zero. */
export function unitRows(matrix: HostMatrix): HostMatrix {
  const { rows, columns, data } = matrix;
  const unit = Float64Array.from(data);
  for (let i = 0; i < rows; i += 1) {
    const row = unit.subarray(i * columns, (i + 1) * columns);
    const norm = Math.hypot(...row);
    if (norm > 0) row.set(row.map((value) => value / norm));
  }
  return hostMatrix(rows, columns, unit);
}
