/**
 * What assembly/index.ts exports, compiled for one element type. Addresses, strides and sizes of elements are in bytes,
 * and one of the two strides of an operand of `gemm` is the size of an element.
 *
 * A call computes the share of one of `parts`; all parts together write every element of the output once, and the same
 * bits whatever their number. `scratch` is the address of `packBytes()` bytes for each part, aligned to 16, for all calls.
 * The parts of a call may run at the same time; a call begins when all parts of the one before have ended.
 */
export interface SimdKernels {
  /** The first address that the module does not use itself. */
  heapBase(): number;
  packBytes(): number;
  gemm(
    part: number,
    parts: number,
    scratch: number,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: number,
    aRowStride: number,
    aColumnStride: number,
    b: number,
    bRowStride: number,
    bColumnStride: number,
    beta: number,
    out: number,
    outStride: number,
  ): void;
  /** Not split into parts. Returns 0, or 1 + the index of a pivot that is zero or not finite. `pivots` is n times u32. */
  luFactor(scratch: number, n: number, a: number, aStride: number, pivots: number): number;
  luApply(
    part: number,
    parts: number,
    scratch: number,
    n: number,
    columns: number,
    lu: number,
    luStride: number,
    pivots: number,
    b: number,
    bStride: number,
    out: number,
    outStride: number,
  ): void;
  /** `terms` is 24 bytes a term: u32 matrix, stride, scale or 0, its stride; f64 factor. */
  combine(
    part: number,
    parts: number,
    scratch: number,
    m: number,
    n: number,
    out: number,
    outStride: number,
    terms: number,
    count: number,
  ): void;
  addTranspose(
    part: number,
    parts: number,
    n: number,
    a: number,
    aStride: number,
    out: number,
    outStride: number,
  ): void;
  rowDots(
    part: number,
    parts: number,
    m: number,
    n: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    out: number,
    outStride: number,
  ): void;
  /** `offsets` and `columnIds` are u32. */
  sampledDots(
    part: number,
    parts: number,
    rows: number,
    n: number,
    offsets: number,
    columnIds: number,
    left: number,
    leftStride: number,
    right: number,
    rightStride: number,
    out: number,
    outStride: number,
  ): void;
  /** `offsets` and `columnIds` are u32, `values` f64. */
  sparseGemm(
    part: number,
    parts: number,
    m: number,
    n: number,
    alpha: number,
    offsets: number,
    columnIds: number,
    values: number,
    b: number,
    bStride: number,
    beta: number,
    out: number,
    outStride: number,
  ): void;
  exponentiateRows(
    part: number,
    parts: number,
    m: number,
    n: number,
    a: number,
    aStride: number,
    maxima: number,
    maximaStride: number,
    sums: number,
    sumsStride: number,
  ): void;
  fill(part: number, parts: number, m: number, n: number, out: number, outStride: number, value: number): void;
}
