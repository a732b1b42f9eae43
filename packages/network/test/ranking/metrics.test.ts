import fc from "fast-check";
import { expect, test } from "vitest";
import { averagePrecisionAt, ndcgAt, precisionAt, recallAt } from "../../src/index.ts";

const metrics = { precisionAt, recallAt, ndcgAt, averagePrecisionAt };

test("by hand: hits at ranks 1 and 3 of five, four outputs relevant", () => {
  const ranking = { hits: [1, 0, 1, 0, 0], relevant: 4 };
  expect(precisionAt(ranking, 5)).toBeCloseTo(2 / 5, 15);
  expect(recallAt(ranking, 5)).toBeCloseTo(2 / 4, 15);
  expect(averagePrecisionAt(ranking, 5)).toBeCloseTo((1 + 2 / 3) / 4, 15);
  // 1/log₂2 + 1/log₂4 over an ideal of four hits.
  expect(ndcgAt(ranking, 5)).toBeCloseTo(1.5 / (1 + 1 / Math.log2(3) + 0.5 + 1 / Math.log2(5)), 15);
});

test("a cut above the hits leaves them out, and cuts the ideal as well", () => {
  const ranking = { hits: [0, 1, 1], relevant: 9 };
  expect(precisionAt(ranking, 2)).toBe(1 / 2);
  expect(recallAt(ranking, 2)).toBeCloseTo(1 / 9, 15);
  expect(averagePrecisionAt(ranking, 2)).toBeCloseTo(1 / 2 / 2, 15);
  expect(ndcgAt(ranking, 2)).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 15);
});

test("a short ranking misses at the ranks it lacks", () => {
  const ranking = { hits: [1], relevant: 1 };
  expect(precisionAt(ranking, 4)).toBe(1 / 4);
  expect([recallAt(ranking, 4), ndcgAt(ranking, 4), averagePrecisionAt(ranking, 4)]).toEqual([1, 1, 1]);
});

const rankings = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 12 }).chain((hits) => {
  const found = hits.reduce((sum, hit) => sum + hit, 0);
  return fc.record({ hits: fc.constant(hits), relevant: fc.integer({ min: Math.max(1, found), max: 20 }) });
});

test("all lie in [0, 1], and a ranking with its hits first is no worse", () => {
  fc.assert(
    fc.property(rankings, fc.integer({ min: 1, max: 15 }), ({ hits, relevant }, k) => {
      const sorted = { hits: [...hits].sort((a, b) => b - a), relevant };
      for (const metric of Object.values(metrics)) {
        const value = metric({ hits, relevant }, k);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(metric(sorted, k)).toBeGreaterThanOrEqual(value - 1e-12);
      }
    }),
  );
});

test("NDCG and MAP of a ranking whose first places are all hits are 1", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (relevant, k) => {
      const hits = Array.from({ length: k }, (_, rank) => (rank < relevant ? 1 : 0));
      expect(ndcgAt({ hits, relevant }, k)).toBeCloseTo(1, 12);
      expect(averagePrecisionAt({ hits, relevant }, k)).toBeCloseTo(1, 12);
    }),
  );
});

test.each(Object.entries(metrics))("%s refuses a cut below 1, and an example without relevant outputs", (_, metric) => {
  const error = (argument: string) =>
    expect.objectContaining({ code: "ERR_OPTION", details: expect.objectContaining({ argument }) });
  expect(() => metric({ hits: [1], relevant: 1 }, 0)).toThrow(error("k"));
  expect(() => metric({ hits: [0], relevant: 0 }, 1)).toThrow(error("relevant"));
});
