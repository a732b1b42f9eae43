import type { Matrix, Term } from "@widehead/core";
import { type Case, type CaseContext, defineCase, type Sizes, type Tolerance } from "../../case.ts";
import { type Operand, type Operands, withOperands } from "./operands.ts";
import { allowed, at, sums } from "./plain.ts";
import { shapes2, windowed } from "./sizes.ts";

/** A term, with its numbers on the host. */
interface HostTerm {
  readonly operand: Operand;
  readonly factor?: number;
  readonly scale?: Operand;
}

const tolerance: Tolerance = {
  kind: "bound",
  value: ({ terms }, roundoff) => (terms! + 3) * roundoff,
  statement: "(terms + 3) u Σ |factor| |scale| |A|, entry by entry",
};

async function compare(
  context: CaseContext,
  sizes: Sizes,
  make: (operands: Operands) => { readonly out: Operand; readonly terms: readonly HostTerm[] },
): Promise<void> {
  await withOperands(context, sizes.window === 1, async (operands) => {
    const { out, terms } = make(operands);
    context.backend.combine(out.matrix, terms.map(onBackend));
    const expected = sums(out.rows, out.columns, (i, j) =>
      terms.map(({ operand, factor = 1, scale }) => factor * (scale ? at(scale, i, 0) : 1) * at(operand, i, j)),
    );
    context.expectClose("sum", await operands.read(out), expected.values, allowed(expected, context.bound));
    await operands.expectUntouched(out);
  });
}

function onBackend({ operand, factor, scale }: HostTerm): Term {
  const options: { factor?: number; scale?: Matrix } = {};
  if (factor !== undefined) options.factor = factor;
  if (scale !== undefined) options.scale = scale.matrix;
  return { matrix: operand.matrix, ...options };
}

const factors: readonly number[] = [0.75, -1, 2, -0.5];

/** Sizes with a number of terms. */
function withTerms(counts: readonly number[], shapes: readonly Sizes[]): readonly Sizes[] {
  return windowed(shapes).flatMap((size) => counts.map((terms) => ({ ...size, terms })));
}

export const combineCases: readonly Case[] = [
  defineCase({
    id: "kernel/combine/terms",
    title: "A sum of terms with factors and row scales",
    plan: "0 to 4 terms over an output that holds NaN; every second has a row scale, the last no factor. Shapes cross every threshold.",
    needs: [],
    sizes: withTerms([0, 1, 2, 4], shapes2),
    tolerance,
    run: (context, sizes) =>
      compare(context, sizes, (operands) => {
        const { m, n, terms } = sizes;
        const out = operands.unread(m!, n!);
        return {
          out,
          terms: Array.from({ length: terms! }, (_, t) => ({
            operand: operands.normal(m!, n!),
            ...(t < terms! - 1 && { factor: factors[t]! }),
            ...(t % 2 === 1 && { scale: operands.normal(m!, 1) }),
          })),
        };
      }),
  }),
  defineCase({
    id: "kernel/combine/in-place",
    title: "The output is one of the terms",
    plan: "The output is the first, the middle or the last of three terms, and all of them; each with a row scale.",
    needs: [],
    sizes: windowed([1, 3, 8, 9, 17, 64, 65].map((n) => ({ m: n, n, terms: 3 }))),
    tolerance,
    run: async (context, sizes) => {
      const { m, n } = sizes;
      for (const positions of [[0], [1], [2], [0, 1, 2]]) {
        await compare(context, sizes, (operands) => {
          const out = operands.normal(m!, n!);
          const terms = [0, 1, 2].map((t) => ({
            operand: positions.includes(t) ? out : operands.normal(m!, n!),
            factor: factors[t]!,
            scale: operands.normal(m!, 1),
          }));
          return { out, terms };
        });
      }
    },
  }),
];
