import { createRandom } from "@widehead/core";
import { type Case, defineCase } from "../../case.ts";

/** What a backend may offer to the host beyond the contract's kernels; one that offers nothing has nothing to get wrong. */
export const hostCases: readonly Case[] = [
  defineCase({
    id: "backend/host/view",
    title: "Numbers that the host sees in place are the matrix's own",
    plan: "A kernel's result is in the view once settled; what is written to the view is what the next kernel reads and readMany gives; both for a whole matrix and for a view of some rows, after many other matrices were made. A view with gaps between its rows has no numbers in place.",
    needs: [],
    sizes: [
      { m: 1, n: 1 },
      { m: 5, n: 7 },
      { m: 33, n: 64 },
    ],
    tolerance: { kind: "exact" },
    run: async ({ backend, expectExact }, { m, n }) => {
      using matrix = backend.allocate(m! + 2, n! + 1);
      using middle = backend.view(matrix, 1, 0, m!, n! + 1);
      using narrow = backend.view(matrix, 0, 0, 2, n!);
      expectExact("numbers of rows with gaps", backend.hostView?.(narrow)?.length ?? 0, 0);
      const seen = backend.hostView?.(middle);
      if (seen === undefined) return;
      const others = Array.from({ length: 40 }, () => backend.allocate(64, 64));
      backend.fill(matrix, 2);
      await backend.settle();
      expectExact("after a kernel", seen, new Float64Array(middle.rows * middle.columns).fill(2));

      const written = Float64Array.from(seen, (_, i) => i);
      seen.set(written);
      using copy = backend.allocate(middle.rows, middle.columns);
      backend.combine(copy, [{ matrix: middle, factor: 2 }]);
      const [numbers, doubled] = await backend.readMany([middle, copy]);
      expectExact("read after writing in place", numbers!, written);
      expectExact(
        "a kernel after writing in place",
        doubled!,
        written.map((value) => 2 * value),
      );
      for (const other of others) other[Symbol.dispose]();
    },
  }),
  defineCase({
    id: "backend/host/multiply-float64",
    title: "Products of host matrices are float64, whatever the type",
    plan: "Random square matrices against loops in float64, off by at most the round-off of a sum of n products.",
    needs: [],
    sizes: [1, 2, 7, 33, 130].map((n) => ({ n })),
    tolerance: { kind: "bound", value: ({ n }) => n! * 2 ** -53, statement: "n·2⁻⁵³ times Σ|aᵢₖ||bₖⱼ|" },
    run: async ({ backend, bound, expectClose }, { n }) => {
      const random = createRandom(12);
      const [a, b] = [0, 1].map(() => Float64Array.from({ length: n! * n! }, () => random.normal()));
      const product = backend.multiplyFloat64?.(a!, b!, n!);
      if (product === undefined) return;
      const expected = new Float64Array(n! * n!);
      const magnitudes = new Float64Array(n! * n!);
      for (let i = 0; i < n! * n!; i += 1) {
        const [row, column] = [Math.floor(i / n!), i % n!];
        for (let k = 0; k < n!; k += 1) {
          const term = a![row * n! + k]! * b![k * n! + column]!;
          expected[i]! += term;
          magnitudes[i]! += Math.abs(term);
        }
      }
      const allowed = magnitudes.map((magnitude) => bound * magnitude);
      expectClose("product", product, expected, allowed);
    },
  }),
];
