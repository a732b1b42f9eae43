import type { Case, Sizes } from "./case.ts";

/** Cases whose steps can be fewer without saying something else, and the most steps they then take. */
const mostSteps: readonly (readonly [RegExp, number])[] = [
  [/^run\//, 5],
  [/^second-order\/.*\/(fixed|full|diagonal)$/, 10],
  [/^long\//, 400],
];

/** Cases that ask the same of many losses, at the same shapes. */
const alike = /^(step|run)\/|^second-order\/.*\/(fixed|full|diagonal)$/;

/**
 * For {@link RunOptions.sizes}, for devices on which a step takes long: every case, with fewer steps. Of cases that differ in
 * their loss alone some take the shapes with even and some those with odd numbers, so that each shape is still seen.
 */
export function briefSizes({ id, sizes }: Case): readonly Sizes[] {
  const most = mostSteps.find(([ids]) => ids.test(id))?.[1] ?? Number.POSITIVE_INFINITY;
  const halved = alike.test(id) && sizes.length > 1;
  const shapes = halved ? sizes.filter((_, at) => at % 2 === parity(id)) : sizes;
  return shapes.map((size) => (size.steps === undefined ? size : { ...size, steps: Math.min(size.steps, most) }));
}

/** 0 or 1, as good as at random. */
function parity(id: string): number {
  let bits = 0;
  for (const letter of id) bits ^= letter.charCodeAt(0);
  return bits & 1;
}
