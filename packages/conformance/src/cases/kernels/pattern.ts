import type { Random, SparsePattern } from "@widehead/core";
import type { Sizes } from "../../case.ts";
import { thresholds, windowed } from "./sizes.ts";

/** [m, r] patterns with up to `most` entries in a row, against n dense columns. */
export const patternSizes: readonly Sizes[] = windowed([
  ...thresholds.map((t) => ({ m: t, r: 5, n: 8, most: 4 })),
  ...thresholds.map((t) => ({ m: 4, r: t, n: 9, most: 6 })),
  ...thresholds.map((t) => ({ m: 3, r: 6, n: t, most: 3 })),
  { m: 64, r: 129, n: 65, most: 9 },
  { m: 5, r: 4, n: 3, most: 0 },
  { m: 0, r: 4, n: 3, most: 0 },
  { m: 4, r: 0, n: 3, most: 0 },
  { m: 4, r: 3, n: 0, most: 2 },
]);

/**
 * A pattern [m, r] whose ids come in no order and repeat within and across rows; every third row is empty. Rows with
 * three entries or more begin and end with the same id.
 */
export function randomPattern(random: Random, m: number, r: number, most: number): SparsePattern {
  const rows = Array.from({ length: m }, (_, j) => {
    const ids = Array.from({ length: j % 3 === 2 ? 0 : most }, () => random.integer(r));
    if (ids.length > 2) ids[ids.length - 1] = ids[0]!;
    return ids;
  });
  const offsets = new Uint32Array(m + 1);
  rows.forEach((ids, j) => {
    offsets[j + 1] = offsets[j]! + ids.length;
  });
  return { rows: m, columns: r, offsets, columnIds: Uint32Array.from(rows.flat()) };
}
