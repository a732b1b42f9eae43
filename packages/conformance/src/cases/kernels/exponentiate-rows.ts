import { type Case, defineCase } from "../../case.ts";
import { withOperands } from "./operands.ts";
import { at } from "./plain.ts";
import { shapes2, windowed } from "./sizes.ts";

/** Outputs as far apart as those of a network that has diverged. */
const spread = 30;

export const exponentiateRowsCases: readonly Case[] = [
  defineCase({
    id: "kernel/exponentiate-rows/plain",
    title: "Row by row, exponentials relative to the largest, and their sum",
    plan: "Where a backend has the kernel: normal numbers times 30, so that most exponentials are tiny; shapes cross every threshold; whole matrices and windows.",
    needs: [],
    sizes: windowed(shapes2.filter(({ n }) => n! > 0)),
    tolerance: {
      kind: "bound",
      value: ({ n }, roundoff) => (n! + 16) * roundoff,
      statement: "16 u, and u times the difference that is exponentiated, of an exponential; (n + 16) u more of a sum",
    },
    run: (context, { m, n, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const { backend, roundoff, bound } = context;
        const a = operands.place(m!, n!, () => spread * operands.random.normal());
        const [maxima, sums] = [operands.unread(m!, 1), operands.unread(m!, 1)];
        if (backend.exponentiateRows === undefined) return;
        backend.exponentiateRows(a.matrix, maxima.matrix, sums.matrix);

        const largest = Array.from({ length: m! }, (_, i) =>
          Math.max(...Array.from({ length: n! }, (__, j) => at(a, i, j))),
        );
        const differences = a.values.map((value, at) => value - largest[Math.floor(at / n!)]!);
        const exponentials = differences.map(Math.exp);
        // Below this, float32 may flush what is left to 0.
        const floor = roundoff > 2 ** -30 ? 2 ** -126 : 0;
        const allowed = exponentials.map((value, at) => value * roundoff * (16 + Math.abs(differences[at]!)) + floor);
        context.expectExact("maxima", await operands.read(maxima), largest);
        context.expectClose("exponentials", await operands.read(a), exponentials, allowed);
        const total = (values: Float64Array) =>
          Array.from({ length: m! }, (_, i) => values.subarray(i * n!, (i + 1) * n!).reduce((sum, x) => sum + x, 0));
        const sumsAllowed = total(allowed).map((value, i) => value + bound * total(exponentials)[i]!);
        context.expectClose("sums", await operands.read(sums), total(exponentials), sumsAllowed);
        await operands.expectUntouched(a, maxima, sums);
      }),
  }),
];
