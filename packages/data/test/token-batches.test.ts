import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BagBatches, ContextDataset, ContextStream, tokensOf } from "../src/index.ts";
import { entriesOf } from "./sparse.ts";

const code = (code: string) => expect.objectContaining({ code });

/** Documents of ids 0, 1, 2, …, so that an id tells its place. */
function numbered(...lengths: number[]): Uint32Array[] {
  let next = 0;
  return lengths.map((length) => Uint32Array.from({ length }, () => next++));
}

function shown({ contexts, targets }: { contexts: Uint32Array; targets: Uint32Array }): string[] {
  const width = contexts.length / targets.length;
  return [...targets].map((target, row) => `${contexts.slice(row * width, (row + 1) * width).join(",")}>${target}`);
}

describe("ContextStream", () => {
  it("has the examples of a dataset in memory, once an epoch, in another order each time", () => {
    const documents = numbered(3, 9_000, 1, 5_000);
    const options = { context: 3, padding: 20_000 };
    const stream = new ContextStream(tokensOf(documents), { ...options, batchSize: 1_000, seed: 4 });
    const [all] = new ContextDataset(documents, options).inOrder(20_000);
    expect(stream.stepsPerEpoch).toBe(15);
    const seen = Array.from({ length: 29 }, (_, step) => shown(stream.at(step))).flat();
    const epochs = [seen.slice(0, 14_004), seen.slice(14_004, 28_008)];
    for (const epoch of epochs) expect([...epoch].sort()).toEqual(shown(all).sort());
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it("mixes distant parts of a text of many windows, each example still once", () => {
    const size = 1_100_000;
    const stream = new ContextStream(tokensOf(numbered(size)), { context: 1, padding: 0, batchSize: 10_000, seed: 1 });
    const count = new Uint8Array(size);
    for (let step = 0; step < size / 10_000; step += 1) for (const id of stream.at(step).targets) count[id] += 1;
    expect(count.every((times) => times === 1)).toBe(true);
    const { targets } = stream.at(0);
    expect(Math.max(...targets) - Math.min(...targets)).toBeGreaterThan(size / 2);
  });

  it("depends on step and seed alone", () => {
    const tokens = tokensOf(numbered(5_000, 300));
    const make = (seed: number) => new ContextStream(tokens, { context: 2, padding: 0, batchSize: 700, seed });
    const used = make(3);
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }), (steps) => {
        for (const step of steps) expect(used.at(step)).toEqual(make(3).at(step));
      }),
      { numRuns: 20 },
    );
    expect(make(3).at(0)).not.toEqual(make(4).at(0));
  });

  it("refuses what it cannot do", () => {
    const tokens = tokensOf(numbered(3));
    const options = { context: 1, padding: 0, batchSize: 1, seed: 0 };
    expect(() => new ContextStream(tokensOf([]), options)).toThrow(code("ERR_OPTION"));
    expect(() => new ContextStream(tokens, { ...options, context: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new ContextStream(tokens, { ...options, batchSize: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new ContextStream(tokens, options).at(-1)).toThrow(code("ERR_OPTION"));
  });
});

describe("BagBatches", () => {
  const all = { subsample: Infinity, batchSize: 10, seed: 7, words: 100, predict: "context" } as const;

  it("has around each word those at a random reach to both sides, within documents and barriers", () => {
    const tokens = tokensOf([...numbered(40), Uint32Array.from({ length: 10 }, (_, k) => 50 + k), Uint32Array.of(70)]);
    const batches = new BagBatches(tokens, { ...all, window: 3, barriers: [20], leaveOut: [10] });
    const pieces = [
      Array.from({ length: 20 }, (_, id) => id).filter((id) => id !== 10),
      Array.from({ length: 19 }, (_, k) => 21 + k),
      Array.from({ length: 10 }, (_, k) => 50 + k),
    ];
    expect(batches.stepsPerEpoch).toBe(5);
    const centres = new Set<number>();
    const reaches = new Set<number>();
    for (let step = 0; step < 20; step += 1) {
      const { input, targets } = batches.at(step);
      expect([input.columns, targets.outputs, input.rows]).toEqual([100, 100, 10]);
      entriesOf({ ...targets, columns: 100, values: targets.values as Float32Array }).forEach((bag, row) => {
        const centre = input.ids[row];
        const piece = pieces.find((piece) => piece.includes(centre))!;
        const place = piece.indexOf(centre);
        const around = (reach: number) => [
          ...piece.slice(Math.max(0, place - reach), place),
          ...piece.slice(place + 1, place + 1 + reach),
        ];
        const ids = Object.keys(bag)
          .map(Number)
          .sort((a, b) => a - b);
        const reach = [1, 2, 3].find((reach) => String(around(reach)) === String(ids));
        expect(reach).toBeDefined();
        reaches.add(reach!);
        centres.add(centre);
      });
    }
    expect(centres.size).toBe(48);
    expect([...reaches].sort()).toEqual([1, 2, 3]);
  });

  it("counts words that come again in a bag", () => {
    const tokens = tokensOf([Uint32Array.of(1, 2, 1)]);
    const { input, targets } = new BagBatches(tokens, { ...all, window: 1, batchSize: 3 }).at(0);
    const bags = entriesOf({ ...targets, columns: 100, values: targets.values as Float32Array });
    expect([...input.ids].sort()).toEqual([1, 1, 2]);
    expect(bags[input.ids.indexOf(2)]).toEqual({ 1: 2 });
  });

  it("gives the bag as input where the word is to be predicted", () => {
    const tokens = tokensOf(numbered(50));
    const context = new BagBatches(tokens, all).at(3);
    const word = new BagBatches(tokens, { ...all, predict: "word" }).at(3);
    expect([word.input.ids, word.input.values, word.input.offsets]).toEqual([
      context.targets.ids,
      context.targets.values,
      context.targets.offsets,
    ]);
    expect(word.targets.ids).toEqual(context.input.ids);
    expect(word.targets.values).toBeUndefined();
  });

  it("thins out frequent words as word2vec does, anew each epoch", () => {
    const tokens = tokensOf([Uint32Array.from({ length: 60_000 }, (_, k) => (k % 3 === 0 ? 1 + (k % 97) : 0))]);
    const batches = new BagBatches(tokens, { ...all, subsample: 0.01, batchSize: 1_000 });
    const frequency = 40_000 / 60_000;
    const chance = Math.sqrt(0.01 / frequency) + 0.01 / frequency;
    let frequent = 0;
    for (let step = 0; step < batches.stepsPerEpoch; step += 1) {
      for (const id of batches.at(step).input.ids) if (id === 0) frequent += 1;
    }
    expect(Math.abs(frequent - 40_000 * chance)).toBeLessThan(4 * Math.sqrt(40_000 * chance));
    expect(batches.stepsPerEpoch).toBeLessThan(30);
  });

  it("depends on step and seed alone", () => {
    const tokens = tokensOf([Uint32Array.from({ length: 40_000 }, (_, k) => (k * k) % 91)]);
    const make = (seed: number) => new BagBatches(tokens, { ...all, subsample: 1e-3, seed });
    const used = make(1);
    for (const step of [0, 5_000, 3, 2_000, 2_001]) expect(used.at(step)).toEqual(make(1).at(step));
    expect(make(2).at(0)).not.toEqual(make(1).at(0));
  });

  it("refuses what it cannot do", () => {
    const tokens = tokensOf(numbered(3));
    expect(() => new BagBatches(tokensOf([]), all)).toThrow(code("ERR_OPTION"));
    expect(() => new BagBatches(tokens, { ...all, subsample: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new BagBatches(tokens, { ...all, window: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new BagBatches(tokens, { ...all, batchSize: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new BagBatches(tokens, { ...all, words: 2 })).toThrow(code("ERR_INDEX_RANGE"));
    expect(() => new BagBatches(tokens, all).at(-1)).toThrow(code("ERR_OPTION"));
    expect(() => new BagBatches(tokensOf(numbered(1)), all).at(0)).toThrow(code("ERR_FORMAT"));
  });
});
