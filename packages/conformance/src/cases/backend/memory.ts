import { createRandom, floatArray } from "@widehead/core";
import { type Case, defineCase, product } from "../../case.ts";

/** 0, 1, 2, … as a host array: exact in every type. */
function counting(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => i);
}

export const memoryCases: readonly Case[] = [
  defineCase({
    id: "backend/memory/zeros",
    title: "A new matrix holds zeros, also where an old one lay",
    plan: "Fill, dispose, allocate the same shape again, three times.",
    needs: [],
    sizes: product({ m: [0, 1, 9, 64], n: [0, 1, 17, 65] }),
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { m, n }) => {
      for (let round = 0; round < 3; round += 1) {
        using matrix = backend.allocate(m!, n!);
        const [values] = await backend.readMany([matrix]);
        expectExact("new matrix", values!, new Float64Array(m! * n!));
        backend.fill(matrix, 3);
        await backend.settle();
      }
    },
  }),
  defineCase({
    id: "backend/memory/round-trip",
    title: "Numbers come back as they were written, rounded to the type",
    plan: "Random float64 and float32 arrays, extremes and both zeros; the copy that comes back has the backend's type.",
    needs: [],
    sizes: product({ m: [1, 3, 33], n: [1, 8, 31] }),
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { m, n }) => {
      using matrix = backend.allocate(m!, n!);
      const random = createRandom(4);
      const doubles = Float64Array.from({ length: m! * n! }, () => random.normal() * 10 ** random.integer(12));
      doubles.set([Number.NaN, -Infinity, 0, 1 / 3].slice(0, doubles.length));
      for (const written of [doubles, Float32Array.from(doubles)]) {
        const expected = floatArray(backend.numerics.dtype, written.length);
        expected.set(written);
        backend.write(matrix, written);
        const [values] = await backend.readMany([matrix]);
        expectExact("numbers", values!, expected);
        expectExact("element size", values!.BYTES_PER_ELEMENT, expected.BYTES_PER_ELEMENT);
      }
    },
  }),
  defineCase({
    id: "backend/memory/views",
    title: "A view shares its matrix's memory, a view of a view too",
    plan: "Write through the matrix and read the view, write through the view and read the matrix; the rest stays.",
    needs: [],
    sizes: product({ row: [0, 2], column: [0, 3], m: [0, 1, 4], n: [0, 1, 5] }),
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { row, column, m, n }) => {
      const [rows, columns] = [9, 11];
      using matrix = backend.allocate(rows, columns);
      backend.write(matrix, counting(rows * columns));
      using outer = backend.view(matrix, 1, 1, rows - 1, columns - 1);
      using inner = backend.view(outer, row!, column!, m!, n!);
      const indices = Array.from({ length: m! * n! }, (_, i) => {
        const matrixRow = 1 + row! + Math.floor(i / n!);
        return matrixRow * columns + 1 + column! + (i % n!);
      });
      const [seen] = await backend.readMany([inner]);
      expectExact("through the view", seen!, indices);

      backend.write(
        inner,
        Float64Array.from(indices, (index) => -index),
      );
      const expected = counting(rows * columns);
      for (const index of indices) expected[index] = -index;
      const [whole] = await backend.readMany([matrix]);
      expectExact("through the matrix", whole!, expected);
    },
  }),
  defineCase({
    id: "backend/memory/packed",
    title: "Many matrices are read in the order asked for, each without gaps",
    plan: "Matrices, views, empty ones and one twice; also none.",
    needs: [],
    sizes: [{ m: 5, n: 7 }],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { m, n }) => {
      using matrix = backend.allocate(m!, n!);
      using empty = backend.allocate(0, n!);
      using column = backend.view(matrix, 0, 2, m!, 1);
      using corner = backend.view(matrix, 3, 5, 2, 2);
      backend.write(matrix, counting(m! * n!));
      const read = await backend.readMany([corner, matrix, empty, column, corner]);
      expectExact("number of copies", read.length, 5);
      expectExact("corner", read[0]!, [26, 27, 33, 34]);
      expectExact("matrix", read[1]!, counting(m! * n!));
      expectExact("empty", read[2]!, []);
      expectExact("column", read[3]!, [2, 9, 16, 23, 30]);
      expectExact("corner again", read[4]!, [26, 27, 33, 34]);
      expectExact("no matrices", (await backend.readMany([])).length, 0);
    },
  }),
  defineCase({
    id: "backend/memory/copies",
    title: "Host and backend never share memory",
    plan: "A host array changed after write, and a copy changed after readMany, leave the matrix as it is; later writes leave earlier copies.",
    needs: [],
    sizes: [{ m: 3, n: 4 }],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { m, n }) => {
      using matrix = backend.allocate(m!, n!);
      const written = floatArray(backend.numerics.dtype, m! * n!).fill(2);
      backend.write(matrix, written);
      written.fill(5);
      const [first] = await backend.readMany([matrix]);
      expectExact("after the host array changed", first!, new Float64Array(m! * n!).fill(2));
      first!.fill(6);
      const [second] = await backend.readMany([matrix]);
      expectExact("after the copy changed", second!, new Float64Array(m! * n!).fill(2));
      backend.fill(matrix, 7);
      const [third] = await backend.readMany([matrix]);
      expectExact("after a later write", third!, new Float64Array(m! * n!).fill(7));
      expectExact("copy from before that write", second!, new Float64Array(m! * n!).fill(2));
    },
  }),
  defineCase({
    id: "backend/memory/sparse-copies",
    title: "Sparse arguments are only borrowed for the call",
    plan: "Ids and values change right after the call, before anything is read.",
    needs: [],
    sizes: [{ n: 3 }],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { n }) => {
      using dense = backend.allocate(2, n!);
      using product = backend.allocate(1, n!);
      using dots = backend.allocate(1, 1);
      backend.write(dense, counting(2 * n!));
      const sparse = {
        rows: 1,
        columns: 2,
        offsets: Uint32Array.of(0, 1),
        columnIds: Uint32Array.of(1),
        values: Float64Array.of(2),
      };
      using left = backend.view(dense, 0, 0, 1, n!);
      backend.sparseGemm(sparse, dense, product);
      backend.sampledDots(sparse, left, dense, dots);
      sparse.columnIds[0] = 0;
      sparse.values[0] = 9;
      const [productValues, dotValues] = await backend.readMany([product, dots]);
      expectExact("product", productValues!, [6, 8, 10]);
      expectExact("dot", dotValues!, [14]);
    },
  }),
  defineCase({
    id: "backend/memory/order",
    title: "Kernels, writes and reads take effect in call order",
    plan: "A chain of dependent calls without waiting; reads begun in between see what was there then.",
    needs: [],
    sizes: [{ n: 1 }, { n: 33 }],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { n }) => {
      using matrix = backend.allocate(n!, n!);
      const reads = [];
      for (let round = 1; round <= 4; round += 1) {
        backend.combine(matrix, [{ matrix, factor: 2 }]);
        reads.push(backend.readMany([matrix]));
        backend.write(matrix, new Float64Array(n! * n!).fill(round));
      }
      const seen = await Promise.all(reads);
      seen.forEach(([values], round) => {
        expectExact(`read ${round}`, values!, new Float64Array(n! * n!).fill(2 * round));
      });
    },
  }),
];
