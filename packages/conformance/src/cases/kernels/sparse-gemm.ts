import { floatArray } from "@widehead/core";
import { type Case, type CaseContext, defineCase, product, type Sizes, type Tolerance } from "../../case.ts";
import { withOperands } from "./operands.ts";
import { patternSizes, randomPattern } from "./pattern.ts";
import { allowed, at, entryRows, sums } from "./plain.ts";

const tolerance: Tolerance = {
  kind: "bound",
  value: ({ most }, roundoff) => (most! + 5) * roundoff,
  statement: "(most entries of a row + 5) u (|α| |T| |B| + |β| |C|), entry by entry",
};

async function compare(context: CaseContext, sizes: Sizes, alpha: number, beta: number): Promise<void> {
  const { m, r, n, most, window } = sizes;
  await withOperands(context, window === 1, async (operands) => {
    const pattern = randomPattern(operands.random, m!, r!, most!);
    const rounded = floatArray(context.backend.numerics.dtype, pattern.columnIds.length).map(() =>
      operands.random.normal(),
    );
    const values = Float64Array.from(rounded);
    const b = operands.normal(r!, n!);
    const out = beta === 0 ? operands.unread(m!, n!) : operands.normal(m!, n!);
    context.backend.sparseGemm({ ...pattern, values }, b.matrix, out.matrix, { alpha, beta });
    const rows = entryRows(pattern);
    const expected = sums(m!, n!, (i, j) => {
      const terms = beta === 0 ? [] : [beta * at(out, i, j)];
      rows.forEach((row, entry) => {
        if (row === i) terms.push(alpha * values[entry]! * at(b, pattern.columnIds[entry]!, j));
      });
      return terms;
    });
    context.expectClose("product", await operands.read(out), expected.values, allowed(expected, context.bound));
    await operands.expectUntouched(out);
  });
}

export const sparseGemmCases: readonly Case[] = [
  defineCase({
    id: "kernel/sparse-gemm/random",
    title: "A sparse matrix times a dense one",
    plan: "Unsorted and repeated ids, empty rows, no rows, no entries, no columns; rows, ids and columns cross every threshold; over NaN.",
    needs: [],
    sizes: patternSizes,
    tolerance,
    run: (context, sizes) => compare(context, sizes, 1, 0),
  }),
  defineCase({
    id: "kernel/sparse-gemm/alpha-beta",
    title: "α and β in all combinations",
    plan: "Quarters keep α and β exact in every type; with β = 0 the output holds NaN.",
    needs: [],
    sizes: product({
      m: [1, 4, 9],
      r: [5],
      n: [1, 8, 9],
      most: [0, 4],
      alpha: [-4, 0, 4, 3],
      beta: [-4, 0, 4, 2],
      window: [0, 1],
    }),
    tolerance,
    run: (context, { alpha, beta, ...sizes }) => compare(context, sizes, alpha! / 4, beta! / 4),
  }),
];
