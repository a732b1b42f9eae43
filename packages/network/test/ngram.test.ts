import fc from "fast-check";
import { expect, test } from "vitest";
import { kneserNeyBigram, ngramPerplexity, unigram } from "../src/index.ts";
import { toyText, words } from "./toy.ts";

const texts = fc.integer({ min: 2, max: 9 }).chain((vocabularySize) =>
  fc.record({
    vocabularySize: fc.constant(vocabularySize),
    ids: fc.array(fc.integer({ min: 0, max: vocabularySize - 1 }), { minLength: 1, maxLength: 60 }),
    start: fc.integer({ min: 0, max: vocabularySize - 1 }),
  }),
);

test.each([unigram, kneserNeyBigram])("%o: probabilities sum to 1 after every word", (build) => {
  fc.assert(
    fc.property(texts, ({ vocabularySize, ids, start }) => {
      const model = build({ ids: Uint32Array.from(ids), start }, vocabularySize);
      for (let previous = 0; previous < vocabularySize; previous += 1) {
        let sum = 0;
        for (let word = 0; word < vocabularySize; word += 1) {
          const probability = model.probability(previous, word);
          expect(probability).toBeGreaterThanOrEqual(0);
          sum += probability;
        }
        expect(sum).toBeCloseTo(1, 12);
      }
    }),
  );
});

test("Kneser-Ney by hand", () => {
  // Bigrams of 0 | 1 2 1 2 1 0: (0,1) once, (1,2) twice, (2,1) twice, (1,0) once. δ = 2/(2 + 2·2) = 1/3.
  const model = kneserNeyBigram({ ids: Uint32Array.of(1, 2, 1, 2, 1, 0), start: 0 }, 4);
  expect(model.probability(1, 2)).toBeCloseTo((2 - 1 / 3) / 3 + (((1 / 3) * 2) / 3) * (1 / 4), 12);
  expect(model.probability(1, 1)).toBeCloseTo((((1 / 3) * 2) / 3) * (2 / 4), 12);
  expect(model.probability(3, 1)).toBeCloseTo(2 / 4, 12);
  expect(model.probability(0, 3)).toBe(0);
});

test("perplexity is the inverse geometric mean of the probabilities", () => {
  const model = { name: "fixed", probability: (previous: number, word: number) => (previous === word ? 0.5 : 0.25) };
  const text = { ids: Uint32Array.of(1, 1, 2), start: 0 };
  expect(ngramPerplexity(model, text)).toBeCloseTo((0.25 * 0.5 * 0.25) ** (-1 / 3), 12);
});

test("the bigram predicts the toy grammar better than frequencies do", () => {
  const text = { ids: toyText(4000, 1), start: 0 };
  const heldOut = { ids: toyText(1000, 2), start: 0 };
  const frequencies = ngramPerplexity(unigram(text, words), heldOut);
  expect(frequencies).toBeLessThan(words + 1);
  expect(ngramPerplexity(kneserNeyBigram(text, words), heldOut)).toBeLessThan(0.6 * frequencies);
});

test.each([
  [Uint32Array.of(0, 5), 0, 5, "ERR_INDEX_RANGE"],
  [Uint32Array.of(0, 1), 5, 5, "ERR_INDEX_RANGE"],
  [new Uint32Array(0), 0, 5, "ERR_SHAPE"],
  [Uint32Array.of(0), 0, 1, "ERR_OPTION"],
])("refuses ids %o after %i of a vocabulary of %i", (ids, start, vocabularySize, code) => {
  for (const build of [unigram, kneserNeyBigram]) {
    expect(() => build({ ids, start }, vocabularySize)).toThrow(expect.objectContaining({ code }));
  }
});
