import { product, type Sizes } from "../../case.ts";

/** One below, at and one above the block sizes that kernels have. */
export const thresholds: readonly number[] = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65];

/** [m, n] with each side crossing every threshold, square and beside a narrow one; then larger and empty ones. */
export const shapes2: readonly Sizes[] = [
  ...thresholds.flatMap((t) => [
    { m: t, n: t },
    { m: t, n: 5 },
    { m: 3, n: t },
  ]),
  { m: 129, n: 257 },
  { m: 0, n: 4 },
  { m: 4, n: 0 },
];

/** Rows and steps of the inner dimension that kernels pack at a time. */
const packed: readonly number[] = [255, 256, 257];

/** [m, k] · [k, n] with each of the three crossing every threshold, as cubes and beside narrow ones; then larger ones. */
export const shapes3: readonly Sizes[] = [
  ...thresholds.flatMap((t) => [
    { m: t, k: t, n: t },
    { m: t, k: 3, n: 5 },
    { m: 5, k: t, n: 3 },
    { m: 3, k: 5, n: t },
  ]),
  { m: 129, k: 130, n: 257 },
  ...packed.map((k) => ({ m: 5, k, n: 17 })),
  ...packed.map((m) => ({ m, k: 256, n: 5 })),
];

/** Each of the sizes with whole matrices (window 0) and with windows inside larger ones (window 1). */
export function windowed(sizes: readonly Sizes[]): readonly Sizes[] {
  return sizes.flatMap((size) => product({ window: [0, 1] }).map((window) => ({ ...size, ...window })));
}
