import type { Case, Sizes } from "./case.ts";

/** Most steps of the cases whose ids begin so. */
const mostSteps: readonly (readonly [string, number])[] = [
  ["run/", 8],
  ["long/", 400],
];

/** For {@link RunOptions.sizes}: every case at every shape, but with fewer steps, for devices on which a step takes long. */
export function briefSizes({ id, sizes }: Case): readonly Sizes[] {
  const most = mostSteps.find(([prefix]) => id.startsWith(prefix))?.[1];
  if (most === undefined) return sizes;
  return sizes.map((size) => (size.steps === undefined ? size : { ...size, steps: Math.min(size.steps, most) }));
}
