import { describe, expect, it } from "vitest";
import { Vocabulary } from "../src/index.ts";

const tokens = "b a c </s> a b d </s> a constructor </s> __proto__ __proto__".split(" ");

function wordsOf(vocabulary: Vocabulary): string[] {
  return Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
}

describe("Vocabulary", () => {
  it("orders by falling count, then alphabet, with <unk> counting the rare words", () => {
    const vocabulary = Vocabulary.fromTokens(tokens);
    expect(wordsOf(vocabulary)).toEqual(["</s>", "<unk>", "a", "__proto__", "b"]);
    expect([...vocabulary.counts]).toEqual([3, 3, 3, 2, 2]);
    expect(vocabulary.encode(["a", "d", "never", "</s>", "constructor"])).toEqual(Uint32Array.of(2, 1, 1, 0, 1));
    expect([vocabulary.unknown, vocabulary.sentenceEnd]).toEqual([1, 0]);
    expect([vocabulary.has("b"), vocabulary.has("constructor")]).toEqual([true, false]);
  });

  it("keeps every word with minimumCount 1, and the two marks even if never seen", () => {
    const vocabulary = Vocabulary.fromTokens(["x", "y"], { minimumCount: 1 });
    expect(wordsOf(vocabulary)).toEqual(["x", "y", "</s>", "<unk>"]);
    expect([...vocabulary.counts]).toEqual([1, 1, 0, 0]);
  });

  it("keeps no more entries than told, the most frequent, and counts the rest as <unk>", () => {
    const vocabulary = Vocabulary.fromTokens(tokens, { largestSize: 4, minimumCount: 1 });
    expect(wordsOf(vocabulary)).toEqual(["<unk>", "</s>", "a", "__proto__"]);
    expect([...vocabulary.counts]).toEqual([5, 3, 3, 2]);
    expect(() => Vocabulary.fromTokens(tokens, { largestSize: 3 })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  });

  it("is the same from counts as from tokens", () => {
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    expect(Vocabulary.fromCounts(counts).toJSON()).toEqual(Vocabulary.fromTokens(tokens).toJSON());
  });

  it("survives JSON", () => {
    const vocabulary = Vocabulary.fromTokens(tokens);
    const copy = Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary)));
    expect(wordsOf(copy)).toEqual(wordsOf(vocabulary));
    expect(copy.counts).toEqual(vocabulary.counts);
    expect(copy.encode(tokens)).toEqual(vocabulary.encode(tokens));
  });

  it("of one word is refused", () => {
    expect(() => Vocabulary.fromTokens(["a", "a", "</s>", "b"])).toThrow(
      expect.objectContaining({ code: "ERR_FORMAT", details: { expected: 2, actual: 1 } }),
    );
  });

  it.each([0, 1.5, Number.NaN])("refuses minimumCount %d", (minimumCount) => {
    expect(() => Vocabulary.fromTokens(tokens, { minimumCount })).toThrow(
      expect.objectContaining({ code: "ERR_OPTION" }),
    );
  });

  it.each([-1, 5, 0.5])("has no word of id %d", (id) => {
    expect(() => Vocabulary.fromTokens(tokens).wordOf(id)).toThrow(
      expect.objectContaining({ code: "ERR_INDEX_RANGE" }),
    );
  });

  const words = ["a", "b", "<unk>", "</s>"];
  it.each([
    [null],
    [{ words }],
    [{ words, counts: [1, 1, 1] }],
    [{ words, counts: [1, 1, 1, -1] }],
    [{ words: ["a", "a", "<unk>", "</s>"], counts: [1, 1, 1, 1] }],
    [{ words: ["a", "b", "c", "</s>"], counts: [1, 1, 1, 1] }],
    [{ words: ["a", "<unk>", "</s>"], counts: [1, 1, 1] }],
  ])("refuses the JSON %j", (json) => {
    expect(() => Vocabulary.fromJSON(json)).toThrow(expect.objectContaining({ code: "ERR_FORMAT" }));
  });
});
