import type { HostMatrix } from "@widehead/core";
import { cosine } from "../../cosine.ts";

/** A row like another. */
export interface Near {
  readonly row: number;
  /** Cosine, −1 … 1; that of a zero vector is 0. */
  readonly similarity: number;
}

/** The rows whose vectors point most nearly the same way as one's, nearest first, itself left out. O(rows · columns). */
export function nearestRows({ rows, columns, data }: HostMatrix, row: number, count: number): Near[] {
  const vector = (of: number) => data.subarray(of * columns, (of + 1) * columns);
  const query = vector(row);
  const near = Array.from({ length: rows }, (_, other) => ({
    row: other,
    similarity: cosine(query, vector(other)),
  }));
  return near
    .filter((other) => other.row !== row)
    .sort((a, b) => b.similarity - a.similarity || a.row - b.row)
    .slice(0, count);
}
