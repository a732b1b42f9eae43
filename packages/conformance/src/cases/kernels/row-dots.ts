import { type Case, defineCase } from "../../case.ts";
import { withOperands } from "./operands.ts";
import { allowed, at, sums } from "./plain.ts";
import { shapes2, windowed } from "./sizes.ts";

function rowDots(id: string, title: string, same: boolean): Case {
  return defineCase({
    id: `kernel/row-dots/${id}`,
    title,
    plan: "Shapes cross every threshold, rows without columns give 0; whole matrices and windows.",
    needs: [],
    sizes: windowed(shapes2),
    tolerance: {
      kind: "bound",
      value: ({ n }, roundoff) => (n! + 1) * roundoff,
      statement: "(n + 1) u Σ |a| |b|, row by row",
    },
    run: (context, { m, n, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const a = operands.normal(m!, n!);
        const b = same ? a : operands.normal(m!, n!);
        const out = operands.unread(m!, 1);
        context.backend.rowDots(a.matrix, b.matrix, out.matrix);
        const expected = sums(m!, 1, (i) => Array.from({ length: n! }, (_, j) => at(a, i, j) * at(b, i, j)));
        context.expectClose("dots", await operands.read(out), expected.values, allowed(expected, context.bound));
        await operands.expectUntouched(out);
      }),
  });
}

export const rowDotsCases: readonly Case[] = [
  rowDots("plain", "Row by row, A · B", false),
  rowDots("squares", "Row by row, A · A of one matrix", true),
];
