import { type Case, defineCase } from "../../case.ts";

export const lifetimeCases: readonly Case[] = [
  defineCase({
    id: "backend/lifetime/stats",
    title: "Stats count allocations, not views, and fall when a matrix is disposed",
    plan: "Allocate, view, dispose twice: one buffer more, then as before; bytes hold at least the numbers.",
    needs: [],
    sizes: [{ m: 8, n: 16 }],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact, expectWithin }, { m, n }) => {
      const before = backend.stats();
      const matrix = backend.allocate(m!, n!);
      const view = backend.view(matrix, 1, 1, 2, 2);
      const during = backend.stats();
      expectExact("buffers with one matrix and a view", during.buffers - before.buffers, 1);
      const bytes = m! * n! * (backend.numerics.dtype === "float32" ? 4 : 8);
      expectWithin("bytes of the numbers / bytes counted", bytes, during.bytes - before.bytes);
      view[Symbol.dispose]();
      expectExact("buffers after disposing the view", backend.stats().buffers, during.buffers);
      matrix[Symbol.dispose]();
      matrix[Symbol.dispose]();
      expectExact("buffers after disposing the matrix twice", backend.stats().buffers, before.buffers);
      expectExact("bytes after disposing the matrix twice", backend.stats().bytes, before.bytes);
    },
  }),
  defineCase({
    id: "backend/lifetime/disposed",
    title: "Disposal shows on the handle, and a view dies with its matrix",
    plan: "Disposing a view leaves the matrix alive; disposing the matrix ends a view of a view of it; calls then throw ERR_DISPOSED.",
    needs: [],
    sizes: [{ m: 3, n: 3 }],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact, expectCode }, { m, n }) => {
      const matrix = backend.allocate(m!, n!);
      const view = backend.view(matrix, 0, 0, 2, 2);
      const inner = backend.view(view, 0, 0, 1, 1);
      const other = backend.view(matrix, 1, 1, 1, 1);
      expectExact("disposed at first", [matrix, view, inner].filter(({ disposed }) => disposed).length, 0);
      other[Symbol.dispose]();
      expectExact("disposed: view and matrix", [Number(other.disposed), Number(matrix.disposed)], [1, 0]);
      matrix[Symbol.dispose]();
      expectExact("disposed at last", [matrix, view, inner].filter(({ disposed }) => disposed).length, 3);
      for (const dead of [matrix, view, inner, other]) {
        await expectCode("ERR_DISPOSED", () => backend.fill(dead, 1));
        await expectCode("ERR_DISPOSED", () => backend.readMany([dead]));
      }
    },
  }),
  defineCase({
    id: "backend/lifetime/idempotent",
    title: "A backend may be disposed twice, with matrices alive",
    plan: "A second instance is used and disposed twice without disposing its matrix.",
    needs: [],
    sizes: [{ n: 4 }],
    tolerance: { kind: "exact" },
    run: async ({ module, options, expectExact }, { n }) => {
      const backend = await module.create(options);
      const matrix = backend.allocate(n!, n!);
      backend.fill(matrix, 1);
      const [values] = await backend.readMany([matrix]);
      expectExact("numbers", values!, new Float64Array(n! * n!).fill(1));
      await backend[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
      matrix[Symbol.dispose]();
    },
  }),
  defineCase({
    id: "backend/lifetime/isolation",
    title: "Instances share nothing",
    plan: "Stats and numbers of one do not change with the other; one goes on when the other is disposed; handles do not cross.",
    needs: [],
    sizes: [{ n: 5 }],
    tolerance: { kind: "exact" },
    run: async ({ module, options, backend, expectExact, expectCode }, { n }) => {
      using matrix = backend.allocate(n!, n!);
      backend.fill(matrix, 1);
      const before = backend.stats();
      const other = await module.create(options);
      try {
        expectExact("buffers of a new instance", other.stats().buffers, 0);
        const foreign = other.allocate(n!, n!);
        const third = await module.create(options);
        const owned = [other.owns(foreign), other.owns(other.view(foreign, 1, 1, 2, 2)), third.owns(foreign)];
        await third[Symbol.asyncDispose]();
        expectExact("matrix, view and foreign matrix are owned", owned.map(Number), [1, 1, 0]);
        other.fill(foreign, 2);
        await other.settle();
        expectExact("buffers", backend.stats().buffers, before.buffers);
        await expectCode("ERR_FOREIGN_HANDLE", () => backend.fill(foreign, 3));
        foreign[Symbol.dispose]();
      } finally {
        await other[Symbol.asyncDispose]();
      }
      backend.combine(matrix, [{ matrix, factor: 2 }]);
      const [values] = await backend.readMany([matrix]);
      expectExact("numbers", values!, new Float64Array(n! * n!).fill(2));
    },
  }),
];
