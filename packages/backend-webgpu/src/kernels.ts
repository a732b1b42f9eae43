import type { GemmOptions, Kernels, Matrix, SparseMatrix, SparsePattern, Term } from "@widehead/core";
import { addTranspose } from "./kernels/add-transpose.ts";
import { combine, MOST_TERMS } from "./kernels/combine.ts";
import { fill } from "./kernels/fill.ts";
import { chooseGemm } from "./kernels/gemm.ts";
import { type LuFactor, luFactors } from "./kernels/lu-factor.ts";
import { luSubstitute, RIGHT_HAND_SIDES } from "./kernels/lu-substitute.ts";
import { rowDots } from "./kernels/row-dots.ts";
import { sampledDots } from "./kernels/sampled-dots.ts";
import { sparseGemm } from "./kernels/sparse-gemm.ts";
import type { GpuMatrix } from "./matrix.ts";
import type { Memory } from "./memory.ts";
import { elements } from "./program.ts";
import type { Recorder } from "./recorder.ts";

/** Every handle of this backend is a GpuMatrix; core's `checked` keeps others out. */
export const gpu = (matrix: Matrix): GpuMatrix => matrix as GpuMatrix;

/** Records the kernels of the contract. */
export class GpuKernels implements Kernels {
  protected readonly recorder: Recorder;
  protected readonly memory: Memory;
  readonly #luFactor: (unknowns: number) => LuFactor;

  /** @param threads  of the largest workgroup that the device takes */
  constructor(recorder: Recorder, memory: Memory, threads: number) {
    this.recorder = recorder;
    this.memory = memory;
    this.#luFactor = luFactors(threads);
  }

  gemm(a: Matrix, b: Matrix, out: Matrix, options: GemmOptions = {}): void {
    const { rows, columns } = out;
    if (rows === 0 || columns === 0) return;
    const { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = options;
    const inner = transposeA ? a.rows : a.columns;
    const { program, workgroups } = chooseGemm(rows, columns);
    this.recorder.run(program, {
      operands: { out: gpu(out), a: gpu(a), b: gpu(b) },
      parameters: {
        rows,
        columns,
        inner,
        transpose_a: Number(transposeA),
        transpose_b: Number(transposeB),
        alpha,
        beta,
      },
      workgroups,
    });
  }

  rowDots(a: Matrix, b: Matrix, out: Matrix): void {
    const { rows, columns } = a;
    if (rows === 0) return;
    const operands = { out: gpu(out), a: gpu(a), b: gpu(b) };
    this.recorder.run(rowDots, { operands, parameters: { rows, columns }, workgroups: rows });
  }

  combine(out: Matrix, terms: readonly Term[]): void {
    if (terms.length <= MOST_TERMS) {
      this.#combine(gpu(out), terms, false);
      return;
    }
    // Not into `out` before the end: later terms may read it.
    const sum = this.memory.scratch("sum", out.rows, out.columns);
    for (let begin = 0; begin < terms.length; begin += MOST_TERMS) {
      this.#combine(sum, terms.slice(begin, begin + MOST_TERMS), begin > 0);
    }
    this.#combine(gpu(out), [{ matrix: sum }], false);
  }

  #combine(out: GpuMatrix, terms: readonly Term[], accumulates: boolean): void {
    const { columns, length: count } = out;
    if (count === 0) return;
    const operands: Record<string, GpuMatrix> = { out };
    const parameters: Record<string, number> = { columns, count };
    terms.forEach(({ matrix, factor = 1, scale }, t) => {
      operands[`a${t}`] = gpu(matrix);
      if (scale !== undefined) operands[`scale${t}`] = gpu(scale);
      parameters[`factor${t}`] = factor;
    });
    const scaled = terms.map(({ scale }) => scale !== undefined);
    this.recorder.run(combine(scaled, accumulates), { operands, parameters, workgroups: elements(count) });
  }

  addTranspose(a: Matrix, out: Matrix): void {
    const count = gpu(out).length;
    if (count === 0) return;
    const operands = { out: gpu(out), a: gpu(a) };
    this.recorder.run(addTranspose, { operands, parameters: { n: a.rows, count }, workgroups: elements(count) });
  }

  luSolve(a: Matrix, b: Matrix, out: Matrix, status: Matrix): void {
    const { rows: n, columns } = b;
    const order = this.memory.scratch("order", n, 1);
    this.recorder.run(this.#luFactor(n), {
      operands: { a: gpu(a), order, status: gpu(status) },
      parameters: { n },
      workgroups: 1,
    });
    if (n === 0 || columns === 0) return;
    this.recorder.run(luSubstitute, {
      operands: { out: gpu(out), a: gpu(a), b: gpu(b), order, work: this.memory.scratch("work", n, columns) },
      parameters: { n, columns },
      workgroups: Math.ceil(columns / RIGHT_HAND_SIDES),
    });
  }

  sampledDots(pattern: SparsePattern, left: Matrix, right: Matrix, out: Matrix): void {
    const { offsets, columnIds } = pattern;
    const entries = columnIds.length;
    if (entries === 0) return;
    const rows = new Uint32Array(entries);
    for (let j = 0; j < pattern.rows; j += 1) rows.fill(j, offsets[j], offsets[j + 1]);
    this.recorder.run(sampledDots, {
      operands: { out: gpu(out), left: gpu(left), right: gpu(right) },
      parameters: { entries, columns: left.columns },
      data: [rows, columnIds],
      workgroups: entries,
    });
  }

  sparseGemm(
    sparse: SparseMatrix,
    b: Matrix,
    out: Matrix,
    { alpha = 1, beta = 0 }: { readonly alpha?: number; readonly beta?: number } = {},
  ): void {
    const count = gpu(out).length;
    if (count === 0) return;
    const { offsets, columnIds, values } = sparse;
    const { rows, columns } = out;
    this.recorder.run(sparseGemm, {
      operands: { out: gpu(out), b: gpu(b) },
      parameters: { rows, columns, count, entries: columnIds.length, alpha, beta },
      data: [offsets, columnIds, values],
      workgroups: elements(count),
    });
  }

  fill(out: Matrix, value: number): void {
    const { columns, length: count } = gpu(out);
    if (count === 0) return;
    this.recorder.run(fill, {
      operands: { out: gpu(out) },
      parameters: { columns, count, value },
      workgroups: elements(count),
    });
  }
}
