import { createRandom, floatArray, type Matrix, type Random } from "@widehead/core";
import type { CaseContext, Numbers } from "../../case.ts";

/** A matrix on the backend under test and the same numbers, rounded to the backend's type, on the host. */
export interface Operand {
  readonly matrix: Matrix;
  readonly rows: number;
  readonly columns: number;
  /** Row-major. */
  readonly values: Float64Array;
}

interface Placed {
  readonly parent: Matrix;
  /** What the whole parent held when it was placed. */
  readonly before: Float64Array;
  readonly operand: Operand;
}

/** Rows above, columns to the left, rows below and columns to the right of a window. */
const margin = { top: 2, left: 3, bottom: 1, right: 5 } as const;
const noMargin = { top: 0, left: 0, bottom: 0, right: 0 } as const;

/** Makes the operands of a kernel case, either as whole matrices or as windows inside larger ones, and disposes them. */
export class Operands {
  readonly random: Random = createRandom(20);
  readonly #context: CaseContext;
  readonly #windowed: boolean;
  readonly #placed: Placed[] = [];

  constructor(context: CaseContext, windowed: boolean) {
    this.#context = context;
    this.#windowed = windowed;
  }

  /** Standard normal numbers. */
  normal(rows: number, columns: number): Operand {
    return this.place(rows, columns, () => this.random.normal());
  }

  /** A matrix of NaN, for outputs that must not be read. */
  unread(rows: number, columns: number): Operand {
    return this.place(rows, columns, () => Number.NaN);
  }

  place(rows: number, columns: number, valueAt: (row: number, column: number) => number): Operand {
    const { backend } = this.#context;
    const { top, left, bottom, right } = this.#windowed ? margin : noMargin;
    const parentColumns = left + columns + right;
    const before = floatArray(backend.numerics.dtype, (top + rows + bottom) * parentColumns);
    before.forEach((_, i) => {
      before[i] = i % 7;
    });
    for (let i = 0; i < rows; i += 1) {
      for (let j = 0; j < columns; j += 1) before[(top + i) * parentColumns + left + j] = valueAt(i, j);
    }
    const parent = backend.allocate(top + rows + bottom, parentColumns);
    backend.write(parent, before);
    const matrix = this.#windowed ? backend.view(parent, top, left, rows, columns) : parent;
    const operand = {
      matrix,
      rows,
      columns,
      values: Float64Array.from(inside(before, parentColumns, top, left, rows, columns)),
    };
    this.#placed.push({ parent, before: Float64Array.from(before), operand });
    return operand;
  }

  async read({ matrix }: Operand): Promise<Numbers> {
    const [values] = await this.#context.backend.readMany([matrix]);
    return values!;
  }

  /** Every number that no kernel was allowed to write is what it was: the inputs, and whatever surrounds the windows. */
  async expectUntouched(...written: readonly Operand[]): Promise<void> {
    const after = await this.#context.backend.readMany(this.#placed.map(({ parent }) => parent));
    for (const [index, { parent, before, operand }] of this.#placed.entries()) {
      const expected = Float64Array.from(before);
      if (written.includes(operand)) copyWindow(after[index]!, expected, parent.columns, operand, this.#windowed);
      this.#context.expectExact("numbers that were not to be written", after[index]!, expected);
    }
  }

  dispose(): void {
    for (const { parent, operand } of this.#placed) {
      operand.matrix[Symbol.dispose]();
      parent[Symbol.dispose]();
    }
  }
}

/** Runs `body` with operands that are disposed whatever happens. */
export async function withOperands(
  context: CaseContext,
  windowed: boolean,
  body: (operands: Operands) => Promise<void>,
): Promise<void> {
  const operands = new Operands(context, windowed);
  try {
    await body(operands);
  } finally {
    operands.dispose();
  }
}

function* inside(
  data: Numbers,
  stride: number,
  row: number,
  column: number,
  rows: number,
  columns: number,
): Generator<number> {
  for (let i = row; i < row + rows; i += 1) {
    for (let j = column; j < column + columns; j += 1) yield data[i * stride + j]!;
  }
}

function copyWindow(from: Numbers, to: Float64Array, stride: number, operand: Operand, windowed: boolean): void {
  const { top, left } = windowed ? margin : noMargin;
  for (let i = top; i < top + operand.rows; i += 1) {
    for (let j = left; j < left + operand.columns; j += 1) to[i * stride + j] = from[i * stride + j]!;
  }
}
