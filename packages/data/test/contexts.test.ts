import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ContextBatch, ContextBatches, ContextDataset } from "../src/index.ts";

const documents = [Uint32Array.of(1, 2, 3), new Uint32Array(), Uint32Array.of(4)];
const dataset = new ContextDataset(documents, { context: 2, padding: 9 });

/** Each example as "context>target". */
function shown({ contexts, targets }: ContextBatch): string[] {
  const width = contexts.length / targets.length;
  return [...targets].map((target, row) => `${contexts.slice(row * width, (row + 1) * width).join(",")}>${target}`);
}

function numbered(size: number): ContextDataset {
  return new ContextDataset([Uint32Array.from({ length: size }, (_, id) => id)], { context: 1, padding: 0 });
}

describe("ContextDataset", () => {
  it("predicts every token from those before it in its document", () => {
    expect(dataset.size).toBe(4);
    expect([...dataset.inOrder(3)].map(shown)).toEqual([["9,9>1", "9,1>2", "1,2>3"], ["9,9>4"]]);
  });

  it("samples distinct examples, the same for the same seed", () => {
    const large = numbered(1000);
    const sample = large.sample(50, 7);
    expect(new Set(sample).size).toBe(50);
    expect([...sample]).toEqual([...sample].sort((a, b) => a - b));
    expect(large.sample(50, 7)).toEqual(sample);
    expect(large.sample(50, 8)).not.toEqual(sample);
    expect(dataset.sample(10, 7)).toEqual(Uint32Array.of(0, 1, 2, 3));
  });

  it("refuses what it cannot do", () => {
    const code = (code: string) => expect.objectContaining({ code });
    expect(() => new ContextDataset(documents, { context: 0, padding: 9 })).toThrow(code("ERR_OPTION"));
    expect(() => new ContextDataset([new Uint32Array()], { context: 1, padding: 9 })).toThrow(code("ERR_OPTION"));
    expect(() => dataset.batch(Uint32Array.of(4))).toThrow(code("ERR_INDEX_RANGE"));
    expect(() => dataset.sample(-1, 0)).toThrow(code("ERR_OPTION"));
    expect(() => [...dataset.inOrder(0)]).toThrow(code("ERR_OPTION"));
    expect(() => new ContextBatches(dataset, { batchSize: 1.5, seed: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new ContextBatches(dataset, { batchSize: 1, seed: 0 }).at(-1)).toThrow(code("ERR_OPTION"));
  });
});

describe("ContextBatches", () => {
  it("sees every example once an epoch, in another order each time", () => {
    const batches = new ContextBatches(numbered(100), { batchSize: 30, seed: 3 });
    expect(batches.stepsPerEpoch).toBe(4);
    const targets = Array.from({ length: 10 }, (_, step) => [...batches.at(step).targets]).flat();
    const epochs = [0, 1, 2].map((epoch) => targets.slice(epoch * 100, (epoch + 1) * 100));
    for (const epoch of epochs) expect(new Set(epoch).size).toBe(100);
    expect(new Set(epochs.map(String)).size).toBe(3);
  });

  it("depends on step and seed alone", () => {
    const size = fc.integer({ min: 1, max: 20 });
    const steps = fc.array(fc.nat(30), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(size, size, fc.integer(), steps, (examples, batchSize, seed, steps) => {
        const data = numbered(examples);
        const used = new ContextBatches(data, { batchSize, seed });
        for (const step of steps) {
          expect(used.at(step)).toEqual(new ContextBatches(data, { batchSize, seed }).at(step));
        }
      }),
    );
  });

  it("differs by seed", () => {
    const first = (seed: number) => new ContextBatches(numbered(100), { batchSize: 100, seed }).at(0).targets;
    expect(first(1)).not.toEqual(first(2));
  });
});
