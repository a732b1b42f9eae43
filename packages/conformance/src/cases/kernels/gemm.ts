import { type Case, type CaseContext, defineCase, product, type Sizes, type Tolerance } from "../../case.ts";
import { type Operand, withOperands } from "./operands.ts";
import { allowed, gemm } from "./plain.ts";
import { shapes3, windowed } from "./sizes.ts";

const tolerance: Tolerance = {
  kind: "bound",
  value: ({ k }, roundoff) => (k! + 4) * roundoff,
  statement: "(k + 4) u (|α| |A| |B| + |β| |C|), entry by entry: any order of summation, then α, β and their sum",
};

interface Variant {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly alpha: number;
  readonly beta: number;
}

/** op(A) is [m, k], op(B) is [k, n]. */
async function compare(context: CaseContext, { m, k, n, window }: Sizes, variant: Variant): Promise<void> {
  await withOperands(context, window === 1, async (operands) => {
    const a = variant.transposeA ? operands.normal(k!, m!) : operands.normal(m!, k!);
    const b = variant.transposeB ? operands.normal(n!, k!) : operands.normal(k!, n!);
    const out = variant.beta === 0 ? operands.unread(m!, n!) : operands.normal(m!, n!);
    context.backend.gemm(a.matrix, b.matrix, out.matrix, variant);
    const expected = gemm(a, b, out, variant);
    context.expectClose("product", await operands.read(out), expected.values, allowed(expected, context.bound));
    await operands.expectUntouched(out);
  });
}

function transposes(id: string, title: string, transposeA: boolean, transposeB: boolean): Case {
  return defineCase({
    id: `kernel/gemm/${id}`,
    title,
    plan: "Shapes cross every threshold; whole matrices with α = 1 over NaN, then windows with α = −0.75 and β = 0.5.",
    needs: [],
    sizes: windowed(shapes3),
    tolerance,
    run: (context, sizes) => {
      const [alpha, beta] = sizes.window === 1 ? [-0.75, 0.5] : [1, 0];
      return compare(context, sizes, { transposeA, transposeB, alpha, beta });
    },
  });
}

function shared(id: string, title: string, transposeA: boolean): Case {
  return defineCase({
    id: `kernel/gemm/${id}`,
    title,
    plan: "Both operands are the same matrix.",
    needs: [],
    sizes: product({ m: [1, 9, 33], k: [1, 8, 31], window: [0, 1] }),
    tolerance,
    run: (context, { m, k, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const a: Operand = transposeA ? operands.normal(k!, m!) : operands.normal(m!, k!);
        const out = operands.unread(m!, m!);
        const variant = { transposeA, transposeB: !transposeA, alpha: 1, beta: 0 };
        context.backend.gemm(a.matrix, a.matrix, out.matrix, variant);
        const expected = gemm(a, a, out, variant);
        context.expectClose("product", await operands.read(out), expected.values, allowed(expected, context.bound));
        await operands.expectUntouched(out);
      }),
  });
}

export const gemmCases: readonly Case[] = [
  transposes("plain", "A · B", false, false),
  transposes("transpose-a", "Aᵀ · B", true, false),
  transposes("transpose-b", "A · Bᵀ", false, true),
  transposes("transpose-both", "Aᵀ · Bᵀ", true, true),
  shared("gram-rows", "A · Aᵀ of one matrix", false),
  shared("gram-columns", "Aᵀ · A of one matrix", true),
  defineCase({
    id: "kernel/gemm/alpha-beta",
    title: "α and β in all combinations",
    plan: "α and β among 0, 1, −1 and others; quarters keep α and β exact in every type. With β = 0 the output holds NaN.",
    needs: [],
    sizes: product({ m: [1, 9, 17], k: [8], n: [1, 7, 33], alpha: [-4, 0, 4, 3], beta: [-4, 0, 4, 2], window: [0, 1] }),
    tolerance,
    run: (context, { alpha, beta, ...sizes }) =>
      compare(context, sizes, { transposeA: false, transposeB: false, alpha: alpha! / 4, beta: beta! / 4 }),
  }),
  defineCase({
    id: "kernel/gemm/empty",
    title: "No rows, no columns, or nothing to sum",
    plan: "With inner dimension 0 the result is β · C, and 0 with β = 0 even over NaN.",
    needs: [],
    sizes: product({ m: [0, 3], k: [0, 2], n: [0, 4], beta: [0, 4, 2], window: [0, 1] }),
    tolerance,
    run: async (context, { beta, ...sizes }) => {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          await compare(context, sizes, { transposeA, transposeB, alpha: 1, beta: beta! / 4 });
        }
      }
    },
  }),
];
