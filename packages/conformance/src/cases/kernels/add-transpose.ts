import { type Case, defineCase } from "../../case.ts";
import { withOperands } from "./operands.ts";
import { allowed, at, sums } from "./plain.ts";
import { thresholds, windowed } from "./sizes.ts";

function addTranspose(id: string, title: string, inPlace: boolean): Case {
  return defineCase({
    id: `kernel/add-transpose/${id}`,
    title,
    plan: "Square matrices cross every threshold, one is empty; the result is symmetric to the last bit.",
    needs: [],
    sizes: windowed([0, ...thresholds, 129].map((n) => ({ n }))),
    tolerance: {
      kind: "bound",
      value: (_, roundoff) => 2 * roundoff,
      statement: "2 u (|aᵢⱼ| + |aⱼᵢ|), entry by entry",
    },
    run: (context, { n, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const a = operands.normal(n!, n!);
        const out = inPlace ? a : operands.unread(n!, n!);
        context.backend.addTranspose(a.matrix, out.matrix);
        const observed = await operands.read(out);
        const expected = sums(n!, n!, (i, j) => [at(a, i, j), at(a, j, i)]);
        context.expectClose("sum", observed, expected.values, allowed(expected, context.bound));
        const transposed = Float64Array.from(observed, (_, i) => observed[(i % n!) * n! + Math.floor(i / n!)]!);
        context.expectExact("transpose of the sum", transposed, observed);
        await operands.expectUntouched(out);
      }),
  });
}

export const addTransposeCases: readonly Case[] = [
  addTranspose("plain", "A + Aᵀ", false),
  addTranspose("in-place", "A + Aᵀ into A", true),
];
