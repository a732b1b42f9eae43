import fc from "fast-check";
import { expect, test } from "vitest";
import { spearman } from "../../src/index.ts";

test("without ties it is 1 − 6Σδ²/(n(n² − 1))", () => {
  // Ranks 1 2 3 4 5 against 2 1 4 3 5: Σδ² = 4.
  expect(spearman([10, 20, 30, 40, 50], [2, 1, 4, 3, 5])).toBeCloseTo(1 - (6 * 4) / (5 * 24), 14);
});

test("equal values share their mean rank", () => {
  // Ranks 1, 2½, 2½, 4 against 1, 2, 3, 4: Σab = 4½ about the mean, squares 4½ and 5.
  expect(spearman([1, 7, 7, 9], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 14);
});

test("any increasing change of either side leaves it, and reversing one side turns its sign", () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -5, max: 5 })), {
    minLength: 2,
    maxLength: 30,
  });
  fc.assert(
    fc.property(pairs, (drawn) => {
      const [first, second] = [drawn.map(([a]) => a), drawn.map(([, b]) => b)];
      const value = spearman(first, second);
      const changed = spearman(
        first.map((a) => a ** 3 + 2),
        second.map(Math.exp),
      );
      if (value === undefined) {
        expect(changed).toBeUndefined();
        return;
      }
      expect(changed).toBeCloseTo(value, 12);
      expect(
        spearman(
          first.map((a) => -a),
          second,
        ),
      ).toBeCloseTo(-value, 12);
      expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});

test("undefined for a constant side, and for fewer than two values", () => {
  expect(spearman([1, 2, 3], [4, 4, 4])).toBeUndefined();
  expect(spearman([1], [2])).toBeUndefined();
  expect(spearman([], [])).toBeUndefined();
});

test("refuses sides of different lengths, and values that are not finite", () => {
  expect(() => spearman([1, 2], [1])).toThrow(expect.objectContaining({ code: "ERR_SHAPE" }));
  expect(() => spearman([1, NaN], [1, 2])).toThrow(expect.objectContaining({ code: "ERR_NOT_FINITE" }));
});
