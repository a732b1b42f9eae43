import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, type Random } from "../src/random.ts";

function draws(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.uniform());
}

describe("createRandom", () => {
  test("gives the same stream for the same seed, another for another", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (seed) => {
        expect(draws(createRandom(seed), 5)).toEqual(draws(createRandom(seed), 5));
      }),
    );
    const seeds = fc.uniqueArray(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.maxSafeInteger()), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(seeds, ([seed, other]) => {
        expect(draws(createRandom(seed), 5)).not.toEqual(draws(createRandom(other), 5));
      }),
    );
  });

  test("continues from its state, the spare normal included", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 5 }), (seed, skipped) => {
        const random = createRandom(seed);
        for (let i = 0; i < skipped; i += 1) random.normal();
        const copy = createRandom(random.state());
        expect([copy.normal(), copy.normal(), copy.uniform()]).toEqual([
          random.normal(),
          random.normal(),
          random.uniform(),
        ]);
        expect(draws(copy.fork("a"), 3)).toEqual(draws(random.fork("a"), 3));
      }),
    );
  });

  test("forks into independent streams by label, without moving", () => {
    const random = createRandom(4);
    const before = random.state();
    expect(draws(random.fork("rows"), 5)).not.toEqual(draws(random.fork("batches"), 5));
    expect(draws(random.fork("rows"), 5)).toEqual(draws(random.fork("rows"), 5));
    expect(random.state()).toEqual(before);
  });

  test("uniform, normal and integer have the moments of their distributions", () => {
    const random = createRandom(1);
    const count = 20_000;
    const mean = (draw: () => number) => Array.from({ length: count }, draw).reduce((sum, x) => sum + x, 0) / count;
    expect(mean(() => random.uniform())).toBeCloseTo(0.5, 1.5);
    expect(Math.abs(mean(() => random.normal()))).toBeLessThan(0.03);
    expect(Math.abs(mean(() => random.normal() ** 2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(() => random.integer(7)) - 3)).toBeLessThan(0.06);
  });

  test("shuffles into a permutation", () => {
    const items = Uint32Array.from({ length: 50 }, (_, i) => i);
    const shuffled = createRandom(2).shuffle(items.slice());
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted()).toEqual(items);
  });
});
