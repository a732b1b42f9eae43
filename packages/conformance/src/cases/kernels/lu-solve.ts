import { type Case, type CaseContext, CaseFailure, defineCase, type Numbers, type Tolerance } from "../../case.ts";
import { type Operand, type Operands, withOperands } from "./operands.ts";
import { at } from "./plain.ts";
import { thresholds, windowed } from "./sizes.ts";

const tolerance: Tolerance = {
  kind: "bound",
  value: ({ n }, roundoff) => (3 * n! + 6) * roundoff,
  statement: "residual |A X − B| ≤ (3 n + 6) u max |L| |U| |X| over a column of X [Higham 2002, theorem 9.4]",
};

/** A · X = B holds as well as an LU factorisation with partial pivoting can make it. */
function expectSolved(context: CaseContext, a: Operand, b: Operand, x: Numbers): void {
  const { rows: n, columns } = b;
  const factors = absoluteFactors(a);
  for (let j = 0; j < columns; j += 1) {
    let largest = 0;
    const residuals = Array.from({ length: n }, (_, i) => {
      let residual = -at(b, i, j);
      let magnitude = 0;
      for (let k = 0; k < n; k += 1) {
        residual += at(a, i, k) * x[k * columns + j]!;
        magnitude += factors[i * n + k]! * Math.abs(x[k * columns + j]!);
      }
      largest = Math.max(largest, magnitude);
      return Math.abs(residual);
    });
    for (const residual of residuals) context.expectWithin("residual", residual, context.bound * largest);
  }
}

/** |L| |U| of an LU factorisation with partial pivoting, in float64; rows in the order of elimination. */
function absoluteFactors({ rows: n, values }: Operand): Float64Array {
  const rows = Array.from({ length: n }, (_, i) => values.slice(i * n, (i + 1) * n));
  for (let k = 0; k < n; k += 1) {
    let pivot = k;
    for (let i = k + 1; i < n; i += 1) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < n; i += 1) {
      rows[i]![k]! /= rows[k]![k]!;
      for (let j = k + 1; j < n; j += 1) rows[i]![j]! -= rows[i]![k]! * rows[k]![j]!;
    }
  }
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) {
      for (let k = 0; k <= Math.min(i, j); k += 1) {
        product[i * n + j]! += (k === i ? 1 : Math.abs(rows[i]![k]!)) * Math.abs(rows[k]![j]!);
      }
    }
  }
  return product;
}

interface Solved {
  readonly status: number;
  readonly solution: Numbers;
}

async function solve(context: CaseContext, operands: Operands, a: Operand, b: Operand, out: Operand): Promise<Solved> {
  const status = operands.unread(1, 1);
  context.backend.luSolve(a.matrix, b.matrix, out.matrix, status.matrix);
  const solution = await operands.read(out);
  await operands.expectUntouched(a, out, status);
  return { status: (await operands.read(status))[0]!, solution };
}

const solvable: readonly { readonly n: number; readonly columns: number }[] = [
  ...thresholds.map((n) => ({ n, columns: n })),
  ...thresholds.map((n) => ({ n, columns: 1 })),
  ...thresholds.map((columns) => ({ n: 9, columns })),
  // Three blocks of columns, as many as are eliminated at a time.
  ...[95, 96, 97].map((n) => ({ n, columns: 5 })),
  { n: 129, columns: 130 },
  { n: 0, columns: 3 },
  { n: 3, columns: 0 },
];

function random(id: string, title: string, inPlace: boolean): Case {
  return defineCase({
    id: `kernel/lu-solve/${id}`,
    title,
    plan: "Normal random matrices, which need pivoting, of sizes and right-hand sides that cross every threshold; empty ones too.",
    needs: [],
    sizes: windowed(solvable),
    tolerance,
    run: (context, { n, columns, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const a = operands.normal(n!, n!);
        const b = operands.normal(n!, columns!);
        const out = inPlace ? b : operands.unread(n!, columns!);
        const { status, solution } = await solve(context, operands, a, b, out);
        context.expectExact("status", status, 0);
        expectSolved(context, a, b, solution);
      }),
  });
}

/** Matrices on which elimination meets a zero pivot at this index, exactly in every type. */
const singular: readonly { readonly pivot: number; readonly rows: readonly (readonly number[])[] }[] = [
  { pivot: 0, rows: [[0]] },
  {
    pivot: 1,
    rows: [
      [1, 1],
      [1, 1],
    ],
  },
  {
    pivot: 0,
    rows: [
      [0, 1],
      [0, 2],
    ],
  },
  {
    pivot: 2,
    rows: [
      [4, 0, 0],
      [0, 2, 1],
      [0, 2, 1],
    ],
  },
  {
    pivot: 1,
    rows: [
      [2, 1, 4],
      [2, 1, 8],
      [0, 0, 1],
    ],
  },
];

export const luSolveCases: readonly Case[] = [
  random("random", "A · X = B", false),
  random("in-place", "A · X = B into B", true),
  defineCase({
    id: "kernel/lu-solve/pivoting",
    title: "Zero and tiny diagonal entries",
    plan: "A shifted permutation has a zero diagonal; 2⁻⁴⁰ in its place ruins elimination without pivoting. Powers of two only: exact but for the tiny entries.",
    needs: [],
    sizes: [2, 3, 8, 17, 33].flatMap((n) => [
      { n, tiny: 0, window: 0 },
      { n, tiny: 1, window: 1 },
    ]),
    tolerance,
    run: (context, { n, tiny, window }) =>
      withOperands(context, window === 1, async (operands) => {
        const a = operands.place(n!, n!, (i, j) => (j === (i + 1) % n! ? 2 : i === j ? tiny! * 2 ** -40 : 0));
        const b = operands.normal(n!, 3);
        const { status, solution } = await solve(context, operands, a, b, operands.unread(n!, 3));
        context.expectExact("status", status, 0);
        expectSolved(context, a, b, solution);
      }),
  }),
  defineCase({
    id: "kernel/lu-solve/singular",
    title: "A pivot that is zero is reported with its index",
    plan: "Small integer matrices whose elimination is exact and meets a zero pivot.",
    needs: [],
    sizes: singular.map((_, index) => ({ index })),
    tolerance: { kind: "exact" },
    run: (context, { index }) =>
      withOperands(context, false, async (operands) => {
        const { pivot, rows } = singular[index!]!;
        const a = operands.place(rows.length, rows.length, (i, j) => rows[i]![j]!);
        const b = operands.normal(rows.length, 2);
        const { status } = await solve(context, operands, a, b, operands.unread(rows.length, 2));
        context.expectExact("status", status, 1 + pivot);
      }),
  }),
  defineCase({
    id: "kernel/lu-solve/not-finite",
    title: "A matrix with NaN or ∞ is reported, not solved",
    plan: "One entry, at each place of the diagonal and in a corner, is not finite; the status names some pivot.",
    needs: [],
    sizes: [1, 2, 9].flatMap((n) =>
      [...Array(n + 1).keys()].flatMap((place) => [0, 1].map((infinite) => ({ n, place, infinite }))),
    ),
    tolerance: { kind: "exact" },
    run: (context, { n, place, infinite }) =>
      withOperands(context, false, async (operands) => {
        const [row, column] = place === n ? [n - 1, 0] : [place!, place!];
        const a = operands.place(n!, n!, (i, j) => {
          if (i === row && j === column) return infinite ? Number.POSITIVE_INFINITY : Number.NaN;
          return operands.random.normal();
        });
        const b = operands.normal(n!, 2);
        const { status } = await solve(context, operands, a, b, operands.unread(n!, 2));
        if (!(Number.isInteger(status) && status >= 1 && status <= n!)) {
          throw new CaseFailure(`status: expected an integer from 1 to ${n}, observed ${status}`);
        }
      }),
  }),
  defineCase({
    id: "kernel/lu-solve/recovers",
    title: "A failed solve does not spoil the next",
    plan: "A singular system, then a regular one with the same status matrix, which becomes 0 again.",
    needs: [],
    sizes: [{ n: 1 }, { n: 8 }],
    tolerance,
    run: (context, { n }) =>
      withOperands(context, false, async (operands) => {
        const status = operands.unread(1, 1);
        const zero = operands.place(n!, n!, () => 0);
        const a = operands.normal(n!, n!);
        const b = operands.normal(n!, 2);
        const out = operands.unread(n!, 2);
        context.backend.luSolve(zero.matrix, b.matrix, out.matrix, status.matrix);
        context.expectExact("status of the singular system", await operands.read(status), [1]);
        context.backend.luSolve(a.matrix, b.matrix, out.matrix, status.matrix);
        context.expectExact("status of the regular system", await operands.read(status), [0]);
        expectSolved(context, a, b, await operands.read(out));
      }),
  }),
];
