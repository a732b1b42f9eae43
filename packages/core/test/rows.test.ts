import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RowStore, Scanned } from "../src/contract/index.ts";
import { floatArray } from "../src/matrix.ts";
import { createRandom } from "../src/random.ts";
import { memoryRows } from "../src/rows/memory.ts";

function read(store: RowStore, ids: number[]): { rows: number[]; epochs: number[] } {
  const rows = floatArray(store.dtype, ids.length * store.features).fill(7);
  const epochs = new Uint32Array(ids.length).fill(7);
  store.read(Uint32Array.from(ids), rows, epochs);
  return { rows: [...rows], epochs: [...epochs] };
}

describe("memoryRows", () => {
  test.each(["float32", "float64"] as const)("reads back what was written, %s", (dtype) => {
    const store = memoryRows({ outputs: 9, features: 2, dtype });
    store.write(Uint32Array.of(8, 0), Float64Array.of(1, 2, 3, 4), Uint32Array.of(5, 0));
    expect(read(store, [0, 1, 8, 0])).toEqual({ rows: [3, 4, 0, 0, 1, 2, 3, 4], epochs: [0, 0, 5, 0] });
    expect(store.touched).toBe(2);
  });

  test("agrees with a plain map, through read and scan, across chunks", () => {
    const shapes = fc.record({ features: fc.constantFrom(1, 7, 95, 96, 70_000), seed: fc.nat() });
    fc.assert(
      fc.property(shapes, ({ features, seed }) => {
        const random = createRandom(seed);
        const rowsOfChunk = 2 ** Math.floor(Math.log2(2 ** 20 / features));
        const outputs = 2 * rowsOfChunk + 3;
        const store = memoryRows({ outputs, features, dtype: "float32" });
        const expected = new Map<number, number>();
        for (let round = 1; round <= 3; round += 1) {
          const ids = [...new Set([0, rowsOfChunk, outputs - 1 - random.integer(3), random.integer(outputs)])];
          const rows = Float32Array.from(
            { length: ids.length * features },
            (_, i) => round + (ids[Math.floor(i / features)] % 97),
          );
          store.write(Uint32Array.from(ids), rows, new Uint32Array(ids.length).fill(round));
          for (const id of ids) expected.set(id, round);
        }
        expect(store.touched).toBe(expected.size);
        const seen = new Map<number, number>();
        for (let position = 0; position >= 0; ) {
          const [ids, epochs] = [new Uint32Array(2), new Uint32Array(2)];
          const scanned = new Float32Array(2 * features);
          const { count, next } = store.scan(position, ids, scanned, epochs) as Scanned;
          for (let i = 0; i < count; i += 1) {
            seen.set(ids[i], epochs[i]);
            const value = epochs[i] + (ids[i] % 97);
            expect(scanned.subarray(i * features, (i + 1) * features).every((number) => number === value)).toBe(true);
          }
          position = next;
        }
        expect(seen).toEqual(expected);
        for (const [id, round] of expected) {
          const row = read(store, [id]);
          expect(row.epochs).toEqual([round]);
          expect(row.rows.every((number) => number === round + (id % 97))).toBe(true);
        }
      }),
      { numRuns: 15 },
    );
  });

  test.each([1, 2, 7, 301])("reads into shared memory and writes from it, %i features", (features) => {
    const store = memoryRows({ outputs: 9, features, dtype: "float32" });
    const shared = () => new Float32Array(new SharedArrayBuffer(3 * features * 4)).fill(7);
    const written = shared();
    for (let i = 0; i < written.length; i += 1) written[i] = i;
    store.write(Uint32Array.of(8, 0, 3), written, Uint32Array.of(5, 0, 1));
    const [rows, epochs] = [shared(), new Uint32Array(3)];
    store.read(Uint32Array.of(0, 1, 8), rows, epochs);
    const row = (at: number) => [...written.subarray(at * features, (at + 1) * features)];
    expect([...rows]).toEqual([...row(1), ...new Array<number>(features).fill(0), ...row(0)]);
    expect([...epochs]).toEqual([0, 0, 5]);
  });

  test("40 million rows take the memory of those that were written", () => {
    const outputs = 40_000_000;
    const store = memoryRows({ outputs, features: 64, dtype: "float32" });
    expect(store.bytes).toBe(0);
    const rows = Float32Array.from({ length: 128 }, (_, i) => i + 1);
    store.write(Uint32Array.of(0, outputs - 1), rows, Uint32Array.of(1, 2));
    expect(read(store, [outputs - 1, 0, 1, outputs - 2])).toEqual({
      rows: [...rows.subarray(64), ...rows.subarray(0, 64), ...new Array(128).fill(0)],
      epochs: [2, 1, 0, 0],
    });
    expect(store.touched).toBe(2);
    expect(store.bytes).toBeLessThan(4e6);
  });

  test("scattered ids take about a kilobyte each beside their rows", () => {
    const store = memoryRows({ outputs: 2 ** 32 - 1, features: 64, dtype: "float32" });
    const ids = Uint32Array.from({ length: 1000 }, (_, i) => 4_000_037 * i);
    store.write(ids, new Float32Array(64_000), new Uint32Array(1000));
    expect(store.touched).toBe(1000);
    expect(store.bytes).toBeLessThan(1000 * 1024 + 2 * 2 ** 20);
  });

  test.each([1, 64, 1_100_000])("2³² − 1 rows of %d features", (features) => {
    const outputs = 2 ** 32 - 1;
    const store = memoryRows({ outputs, features, dtype: "float32" });
    const row = Float32Array.from({ length: features }, (_, i) => i + 1);
    store.write(Uint32Array.of(outputs - 1), row, Uint32Array.of(3));
    const [ids, scanned, epochs] = [new Uint32Array(2), new Float32Array(2 * features), new Uint32Array(2)];
    expect(store.scan(0, ids, scanned, epochs)).toEqual({ count: 1, next: -1 });
    expect([ids[0], epochs[0]]).toEqual([outputs - 1, 3]);
    expect(scanned.subarray(0, features).every((number, i) => number === i + 1)).toBe(true);
    expect(read(store, [2 ** 31 - 1]).epochs).toEqual([0]);
  });

  test("grows by rows of zero", () => {
    const store = memoryRows({ outputs: 1, features: 3, dtype: "float64" });
    store.write(Uint32Array.of(0), Float64Array.of(1, 2, 3), Uint32Array.of(1));
    store.grow(2);
    expect(store.outputs).toBe(3);
    expect(read(store, [0, 2])).toEqual({ rows: [1, 2, 3, 0, 0, 0], epochs: [1, 0] });
    expect(() => store.grow(2 ** 32 - 3)).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
    expect(store.outputs).toBe(3);
  });

  test("an allocation that fails is ERR_MEMORY with its cause, and changes nothing", () => {
    const store = memoryRows({ outputs: 2, features: 2 ** 45, dtype: "float64" });
    expect(() => store.write(Uint32Array.of(0), new Float64Array(0), Uint32Array.of(1))).toThrow(
      expect.objectContaining({
        code: "ERR_MEMORY",
        cause: expect.any(RangeError),
        details: { needed: 2 ** 48 + 8, held: 1024 },
      }),
    );
    expect(store.touched).toBe(0);
  });

  test.each([
    { outputs: 0, features: 1 },
    { outputs: 2 ** 32, features: 1 },
    { outputs: 1.5, features: 1 },
    { outputs: 1, features: 0 },
    { outputs: 1, features: NaN },
  ])("refuses %j", (shape) => {
    expect(() => memoryRows({ ...shape, dtype: "float32" })).toThrow(expect.objectContaining({ code: "ERR_OPTION" }));
  });
});
