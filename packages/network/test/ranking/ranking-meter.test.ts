import fc from "fast-check";
import { expect, test } from "vitest";
import { inversePropensities, RankingMeter, type SparseInput } from "../../src/index.ts";

const outputs = 6;

function rowsOf(lists: readonly (readonly number[])[], columns = outputs): SparseInput {
  const offsets = Uint32Array.from({ length: lists.length + 1 }, (_, j) => lists.slice(0, j).flat().length);
  return { rows: lists.length, columns, offsets, ids: Uint32Array.from(lists.flat()) };
}

function topOf(lists: readonly (readonly number[])[]) {
  return { rows: lists.length, k: lists[0].length, ids: Uint32Array.from(lists.flat()) };
}

test("means over the examples, those without relevant outputs left out", () => {
  const meter = new RankingMeter({ k: [1, 3] });
  meter.add(
    topOf([
      [0, 1, 2],
      [3, 4, 5],
    ]),
    rowsOf([[0, 2], []]),
  );
  meter.add(topOf([[5, 4, 3]]), rowsOf([[4]]));
  const { examples, skipped, figures } = meter.scores();
  expect({ examples, skipped }).toEqual({ examples: 2, skipped: 1 });
  expect(figures[0]).toMatchObject({ k: 1, precision: 0.5, recall: 0.25, ndcg: 0.5, map: 0.5 });
  expect(figures[1].precision).toBeCloseTo((2 / 3 + 1 / 3) / 2, 14);
  expect(figures[1].recall).toBeCloseTo(1, 14);
  expect(figures[1].ndcg).toBeCloseTo((1.5 / (1 + 1 / Math.log2(3)) + 1 / Math.log2(3)) / 2, 14);
  expect(figures[1].map).toBeCloseTo(((1 + 2 / 3) / 2 + 1 / 2) / 2, 14);
  expect(figures[1].propensityScoredPrecision).toBeUndefined();
});

test("propensity-scored precision by hand", () => {
  const meter = new RankingMeter({ k: [1, 2], inversePropensities: Float64Array.of(1, 2, 3, 4, 5, 6) });
  meter.add(topOf([[0, 5]]), rowsOf([[0, 2, 4]]));
  meter.add(topOf([[3, 1]]), rowsOf([[1]]));
  const [first, second] = meter.scores().figures;
  // Reached 1 of at most 5 + 2 with one place; 1 + 2 of at most (5 + 3) + 2 with two.
  expect(first.propensityScoredPrecision).toBeCloseTo(1 / 7, 14);
  expect(second.propensityScoredPrecision).toBeCloseTo(3 / 10, 14);
});

const cases = fc.array(
  fc.record({
    ranked: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 4, maxLength: 4 }),
    relevant: fc.subarray([0, 1, 2, 3, 4, 5]),
  }),
  { minLength: 1, maxLength: 8 },
);

test("equals the definitions written out, however the examples are batched", () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (examples, k, batch) => {
      const meter = new RankingMeter({ k: [k] });
      for (let begin = 0; begin < examples.length; begin += batch) {
        const some = examples.slice(begin, begin + batch);
        meter.add(topOf(some.map(({ ranked }) => ranked)), rowsOf(some.map(({ relevant }) => relevant)));
      }
      const counted = examples.filter(({ relevant }) => relevant.length > 0);
      const mean = (of: (hits: number[], relevant: number) => number) =>
        counted.reduce((sum, { ranked, relevant }) => {
          const hits = ranked.slice(0, k).map((id) => (relevant.includes(id) ? 1 : 0));
          return sum + of(hits, relevant.length);
        }, 0) / Math.max(1, counted.length);
      const count = (hits: number[]) => hits.filter((hit) => hit === 1).length;
      const gain = (hits: number[]) => hits.reduce((sum, hit, i) => sum + hit / Math.log2(i + 2), 0);
      const [figures] = meter.scores().figures;
      expect(figures.precision).toBeCloseTo(
        mean((hits) => count(hits) / k),
        12,
      );
      expect(figures.recall).toBeCloseTo(
        mean((hits, relevant) => count(hits) / relevant),
        12,
      );
      const ideal = (relevant: number) => gain(Array.from({ length: Math.min(k, relevant) }, () => 1));
      expect(figures.ndcg).toBeCloseTo(
        mean((hits, relevant) => gain(hits) / ideal(relevant)),
        12,
      );
      const precisions = (hits: number[]) => hits.map((hit, i) => (hit * count(hits.slice(0, i + 1))) / (i + 1));
      const map = mean((hits, relevant) => precisions(hits).reduce((a, b) => a + b, 0) / Math.min(k, relevant));
      expect(figures.map).toBeCloseTo(map, 12);
    }),
  );
});

test("an id that stands for no candidate is a miss, and before any example all figures are 0", () => {
  const meter = new RankingMeter({ k: [2] });
  expect(meter.scores()).toMatchObject({ examples: 0, figures: [{ precision: 0, recall: 0, ndcg: 0, map: 0 }] });
  meter.add(topOf([[1, 0xffffffff]]), rowsOf([[1]]));
  expect(meter.scores().figures[0]).toMatchObject({ precision: 0.5, recall: 1 });
});

test("rankings may be shorter than the cut only where there are no more outputs", () => {
  const meter = new RankingMeter({ k: [10] });
  expect(() => meter.add(topOf([[0, 1]]), rowsOf([[0]]))).toThrow(
    expect.objectContaining({ code: "ERR_SHAPE", details: { argument: "top", expected: 6, actual: 2 } }),
  );
  meter.add(topOf([[0, 1]]), rowsOf([[0]], 2));
  expect(meter.scores().figures[0].precision).toBeCloseTo(0.1, 14);
});

test("refuses what does not fit", () => {
  const code = (wanted: string) => expect.objectContaining({ code: wanted });
  expect(() => new RankingMeter({ k: [] })).toThrow(code("ERR_OPTION"));
  expect(() => new RankingMeter({ k: [3, 0] })).toThrow(code("ERR_OPTION"));
  const meter = new RankingMeter({ k: [1], inversePropensities: new Float64Array(5) });
  expect(() => meter.add(topOf([[0]]), rowsOf([[0]]))).toThrow(code("ERR_SHAPE"));
  const plain = new RankingMeter({ k: [1] });
  expect(() => plain.add(topOf([[0], [1]]), rowsOf([[0]]))).toThrow(code("ERR_SHAPE"));
  expect(() => plain.add(topOf([[0]]), rowsOf([[6]]))).toThrow(code("ERR_INDEX_RANGE"));
});

test("inverse propensities by hand, falling with the count", () => {
  const [never, once, often] = inversePropensities([0, 1, 100], { examples: 1000 });
  const scale = (Math.log(1000) - 1) * 2.5 ** 0.55;
  // The paper's other form, 1 + C e^(−A ln(N + B)).
  expect(never).toBeCloseTo(1 + scale * Math.exp(-0.55 * Math.log(1.5)), 12);
  expect(once).toBeCloseTo(Math.log(1000), 12);
  expect(often).toBeLessThan(once);
  expect(often).toBeGreaterThan(1);
});

test.each([
  [[1], { examples: 2 }],
  [[1], { examples: 10, slope: 0 }],
  [[1], { examples: 10, shift: -1 }],
  [[-1], { examples: 10 }],
])("refuses counts %o with %o", (counts, options) => {
  expect(() => inversePropensities(counts, options)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
});
