import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  columnCounts,
  holdOutEntries,
  holdOutRows,
  rowNorms,
  rowOf,
  SparseBatches,
  type SparseMatrix,
  selectColumns,
  selectRows,
  sparseFromRows,
  targetsOf,
  transpose,
} from "../src/index.ts";
import { entriesOf, rowsOfEntries } from "./sparse.ts";

const code = (code: string) => expect.objectContaining({ code });
const matrices: fc.Arbitrary<SparseMatrix> = rowsOfEntries.map((rows) => sparseFromRows(rows, { columns: 20 }));
const small = sparseFromRows([{ ids: [4, 1], values: [2, 3] }, { ids: [] }, { ids: [1] }], { columns: 6 });

describe("sparseFromRows", () => {
  it("keeps every entry, ids ascending", () => {
    expect(small).toEqual({
      rows: 3,
      columns: 6,
      offsets: Uint32Array.of(0, 2, 2, 3),
      ids: Uint32Array.of(1, 4, 1),
      values: Float32Array.of(3, 2, 1),
    });
    fc.assert(
      fc.property(rowsOfEntries, (rows) => {
        const expected = rows.map(({ ids, values }) => Object.fromEntries(ids.map((id, k) => [id, values[k]])));
        expect(entriesOf(sparseFromRows(rows))).toEqual(expected);
      }),
    );
  });

  it("has no values where all are 1", () => {
    expect(sparseFromRows([{ ids: [3, 0] }, { ids: [2], values: [1] }])).toEqual({
      rows: 2,
      columns: 4,
      offsets: Uint32Array.of(0, 2, 3),
      ids: Uint32Array.of(0, 3, 2),
    });
  });

  it("sums, replaces or refuses what is repeated", () => {
    const rows = [{ ids: [2, 0, 2, 2], values: [1, 5, 2, 4] }];
    expect(entriesOf(sparseFromRows(rows, { repeated: "sum" }))).toEqual([{ 0: 5, 2: 7 }]);
    expect(entriesOf(sparseFromRows(rows, { repeated: "last" }))).toEqual([{ 0: 5, 2: 4 }]);
    expect(() => sparseFromRows(rows)).toThrow(code("ERR_DUPLICATE_ID"));
  });

  it("refuses ids out of range and values of another length", () => {
    expect(() => sparseFromRows([{ ids: [3] }], { columns: 3 })).toThrow(code("ERR_INDEX_RANGE"));
    expect(() => sparseFromRows([{ ids: [-1] }])).toThrow(code("ERR_INDEX_RANGE"));
    expect(() => sparseFromRows([{ ids: [0.5] }])).toThrow(code("ERR_INDEX_RANGE"));
    expect(() => sparseFromRows([{ ids: [1, 2], values: [1] }])).toThrow(code("ERR_SHAPE"));
  });
});

describe("a sparse matrix", () => {
  it("gives the rows asked for, in order, repeats too", () => {
    const picked = matrices
      .filter(({ rows }) => rows > 0)
      .chain((matrix) => fc.tuple(fc.constant(matrix), fc.array(fc.nat(matrix.rows - 1))));
    fc.assert(
      fc.property(picked, ([matrix, rows]) => {
        const all = entriesOf(matrix);
        expect(entriesOf(selectRows(matrix, rows))).toEqual(rows.map((row) => all[row]));
      }),
    );
    expect(rowOf(small, 0)).toEqual({ ids: Uint32Array.of(1, 4), values: Float32Array.of(3, 2) });
    expect(() => selectRows(small, [3])).toThrow(code("ERR_INDEX_RANGE"));
    expect(() => rowOf(small, -1)).toThrow(code("ERR_INDEX_RANGE"));
  });

  it("transposed has each entry with row and column exchanged, and twice is itself", () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const columns = entriesOf(transpose(matrix));
        entriesOf(matrix).forEach((entries, row) => {
          for (const [id, value] of Object.entries(entries)) expect(columns[Number(id)][row]).toBe(value);
        });
        expect(transpose(transpose(matrix))).toEqual(matrix);
      }),
    );
  });

  it("gives the columns asked for, renumbered", () => {
    expect(entriesOf(selectColumns(small, [4, 1]))).toEqual([{ 0: 2, 1: 3 }, {}, { 1: 1 }]);
    expect(selectColumns(small, [4]).columns).toBe(1);
    expect(() => selectColumns(small, [6])).toThrow(code("ERR_INDEX_RANGE"));
  });

  it("counts its columns and measures its rows", () => {
    expect(columnCounts(small)).toEqual(Uint32Array.of(0, 2, 0, 0, 1, 0));
    expect(rowNorms(small)).toEqual(Float64Array.of(Math.sqrt(13), 0, 1));
    expect(rowNorms(sparseFromRows([{ ids: [5, 7] }]))).toEqual(Float64Array.of(Math.SQRT2));
  });

  it("becomes targets over its columns", () => {
    const { columns, ...rest } = small;
    expect(targetsOf(small)).toEqual({ ...rest, outputs: columns });
  });
});

describe("holding out", () => {
  it("splits each row's entries into a part of the size told and the rest", () => {
    const part = fc.double({ min: 0, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(matrices, part, fc.integer(), (matrix, fraction, seed) => {
        const { train, heldOut } = holdOutEntries(matrix, { fraction, seed });
        const [kept, held] = [entriesOf(train), entriesOf(heldOut)];
        entriesOf(matrix).forEach((entries, row) => {
          const count = Object.keys(entries).length;
          expect(Object.keys(held[row])).toHaveLength(count < 2 ? 0 : Math.floor(fraction * count));
          expect(Object.keys(kept[row]).length + Object.keys(held[row]).length).toBe(count);
          expect({ ...kept[row], ...held[row] }).toEqual(entries);
        });
      }),
    );
  });

  it("splits rows into ascending numbers, by seed", () => {
    const { train, heldOut } = holdOutRows(100, { fraction: 0.25, seed: 1 });
    expect([train.length, heldOut.length]).toEqual([75, 25]);
    expect([...train, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, row) => row));
    expect([...heldOut]).toEqual([...heldOut].sort((a, b) => a - b));
    expect(holdOutRows(100, { fraction: 0.25, seed: 1 }).heldOut).toEqual(heldOut);
    expect(holdOutRows(100, { fraction: 0.25, seed: 2 }).heldOut).not.toEqual(heldOut);
    expect(holdOutEntries(small, { fraction: 0.5, seed: 1 })).toEqual(
      holdOutEntries(small, { fraction: 0.5, seed: 1 }),
    );
  });

  it("refuses fractions and minima that are none", () => {
    expect(() => holdOutEntries(small, { fraction: 1, seed: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => holdOutEntries(small, { fraction: 0.5, seed: 0, minimumEntries: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => holdOutRows(10, { fraction: Number.NaN, seed: 0 })).toThrow(code("ERR_OPTION"));
  });
});

describe("SparseBatches", () => {
  const rows = Array.from({ length: 10 }, (_, id) => ({ ids: [id] }));
  const input = sparseFromRows(rows, { columns: 10 });
  const targets = sparseFromRows(rows.map(({ ids: [id] }) => ({ ids: [id + 10], values: [id] })));

  it("sees every row once an epoch, with its own targets", () => {
    const batches = new SparseBatches(input, targets, { batchSize: 4, seed: 5 });
    expect(batches.stepsPerEpoch).toBe(3);
    const seen = [0, 1, 2, 3, 4].map((step) => batches.at(step));
    for (const { input, targets } of seen) {
      expect([...targets.ids]).toEqual([...input.ids].map((id) => id + 10));
      expect([targets.rows, targets.outputs]).toEqual([4, 20]);
    }
    const ids = seen.flatMap(({ input }) => [...input.ids]);
    expect([new Set(ids.slice(0, 10)).size, new Set(ids.slice(10)).size]).toEqual([10, 10]);
    expect(new SparseBatches(input, targets, { batchSize: 4, seed: 5 }).at(4)).toEqual(seen[4]);
  });

  it("refuses what does not fit", () => {
    const options = { batchSize: 4, seed: 5 };
    expect(() => new SparseBatches(input, small, options)).toThrow(code("ERR_SHAPE"));
    expect(() => new SparseBatches(input, targets, { ...options, batchSize: 0 })).toThrow(code("ERR_OPTION"));
    expect(() => new SparseBatches(input, targets, options).at(-1)).toThrow(code("ERR_OPTION"));
  });
});
