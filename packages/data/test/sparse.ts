import fc from "fast-check";
import type { SparseMatrix } from "../src/index.ts";

/** Each row's entries as id → value. */
export function entriesOf({ rows, offsets, ids, values }: SparseMatrix): Record<string, number>[] {
  return Array.from({ length: rows }, (_, row) => {
    const entries: Record<string, number> = {};
    for (let k = offsets[row]; k < offsets[row + 1]; k += 1) entries[ids[k]] = values?.[k] ?? 1;
    return entries;
  });
}

/** Rows of distinct ids below 20, with whole values. */
export const rowsOfEntries: fc.Arbitrary<{ ids: number[]; values: number[] }[]> = fc.array(
  fc.uniqueArray(fc.tuple(fc.nat(19), fc.integer({ min: 1, max: 9 })), { selector: ([id]) => id }).map((entries) => ({
    ids: entries.map(([id]) => id),
    values: entries.map(([, value]) => value),
  })),
  { maxLength: 12 },
);
