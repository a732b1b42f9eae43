import { type Case, defineCase } from "../../case.ts";
import { withOperands } from "./operands.ts";
import { patternSizes, randomPattern } from "./pattern.ts";
import { allowed, at, entryRows, sums } from "./plain.ts";

export const sampledDotsCases: readonly Case[] = [
  defineCase({
    id: "kernel/sampled-dots/random",
    title: "One dot product for each entry of a pattern",
    plan: "Unsorted and repeated ids, empty rows, no rows, no entries, no columns; rows, ids and length cross every threshold.",
    needs: [],
    sizes: patternSizes,
    tolerance: {
      kind: "bound",
      value: ({ n }, roundoff) => (n! + 1) * roundoff,
      statement: "(n + 1) u Σ |left| |right|, entry by entry",
    },
    run: (context, { m, r, n, most, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const pattern = randomPattern(operands.random, m!, r!, most!);
        const left = operands.normal(m!, n!);
        const right = operands.normal(r!, n!);
        const out = operands.unread(pattern.columnIds.length, 1);
        context.backend.sampledDots(pattern, left.matrix, right.matrix, out.matrix);
        const rows = entryRows(pattern);
        const expected = sums(out.rows, 1, (entry) =>
          Array.from({ length: n! }, (_, i) => at(left, rows[entry]!, i) * at(right, pattern.columnIds[entry]!, i)),
        );
        context.expectClose("dots", await operands.read(out), expected.values, allowed(expected, context.bound));
        await operands.expectUntouched(out);
      }),
  }),
];
