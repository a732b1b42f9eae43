import type { Case, Sizes } from "./case.ts";

/** Cases whose steps can be fewer without saying something else, and the most steps they then take. */
const mostSteps: readonly (readonly [RegExp, number])[] = [
  [/^run\//, 5],
  [/^second-order\/.*\/(fixed|full|diagonal)$/, 10],
  [/^long\//, 400],
];

/** For {@link RunOptions.sizes}: every case at every shape, but with fewer steps, for devices on which a step takes long. */
export function briefSizes({ id, sizes }: Case): readonly Sizes[] {
  const most = mostSteps.find(([ids]) => ids.test(id))?.[1];
  if (most === undefined) return sizes;
  return sizes.map((size) => (size.steps === undefined ? size : { ...size, steps: Math.min(size.steps, most) }));
}
