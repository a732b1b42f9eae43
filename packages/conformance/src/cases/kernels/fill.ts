import { type Case, defineCase } from "../../case.ts";
import { withOperands } from "./operands.ts";
import { shapes2, windowed } from "./sizes.ts";

export const fillCases: readonly Case[] = [
  defineCase({
    id: "kernel/fill/value",
    title: "Every element becomes the value",
    plan: "0, −1.5, NaN and ∞, over NaN, one after the other; nothing around a window changes.",
    needs: [],
    sizes: windowed(shapes2),
    tolerance: { kind: "exact" },
    run: (context, { m, n, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const out = operands.unread(m!, n!);
        for (const value of [0, -1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
          context.backend.fill(out.matrix, value);
          context.expectExact(`fill ${value}`, await operands.read(out), new Float64Array(m! * n!).fill(value));
        }
        await operands.expectUntouched(out);
      }),
  }),
];
