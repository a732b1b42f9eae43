/** One document in so many is test, and the one before it validation. */
export const PERIOD = 20;

/** The part that the document of an index belongs to: every 20th is test, the one before it validation. */
export function partOf(index: number): "train" | "validation" | "test" {
  const place = index % PERIOD;
  return place === PERIOD - 1 ? "test" : place === PERIOD - 2 ? "validation" : "train";
}
