import type { Dtype } from "@widehead/core";
import type { CType, NativeFunction } from "./native.ts";

/** Values of the CBLAS enumerations. */
export const rowMajor = 101;
export const columnMajor = 102;
export const plain = 111;
export const transposed = 112;
export const upper = 121;
export const lower = 122;
export const nonUnit = 131;
export const unit = 132;
export const left = 141;

/** BLAS and LAPACK for one type. Matrices are addresses; LAPACK's integers are behind pointers. */
export interface Routines {
  // biome-ignore format: one line for each matrix
  readonly gemm: (
    order: number, transposeA: number, transposeB: number, m: number, n: number, k: number, alpha: number,
    a: number, lda: number,
    b: number, ldb: number,
    beta: number, c: number, ldc: number,
  ) => void;
  // biome-ignore format: one line for each matrix
  readonly trsm: (
    order: number, side: number, triangle: number, transpose: number, diagonal: number, m: number, n: number, alpha: number,
    a: number, lda: number,
    b: number, ldb: number,
  ) => void;
  readonly swap: (n: number, x: number, strideX: number, y: number, strideY: number) => void;
  /** Euclidean norm. */
  readonly norm: (n: number, x: number, stride: number) => number;
  readonly getrf: (
    m: Int32Array,
    n: Int32Array,
    a: number,
    lda: Int32Array,
    pivots: Int32Array,
    info: Int32Array,
  ) => void;
}

/** Binds a function, or throws with its name. */
export type Require = (name: string, result: CType, parameters: readonly CType[]) => NativeFunction;

/** The routines of a type out of a library. */
export function bindRoutines(dtype: Dtype, blas: Require, lapack: Require): Routines {
  const letter = dtype === "float32" ? "s" : "d";
  const real = dtype === "float32" ? "float" : "double";
  const matrix: readonly CType[] = ["uintptr_t", "int"];
  const int = (count: number): CType[] => Array<CType>(count).fill("int");
  return {
    gemm: blas(`cblas_${letter}gemm`, "void", [...int(6), real, ...matrix, ...matrix, real, ...matrix]),
    trsm: blas(`cblas_${letter}trsm`, "void", [...int(7), real, ...matrix, ...matrix]),
    swap: blas(`cblas_${letter}swap`, "void", ["int", ...matrix, ...matrix]),
    norm: blas(`cblas_${letter}nrm2`, real, ["int", ...matrix]) as Routines["norm"],
    getrf: lapack(`${letter}getrf_`, "void", ["void *", "void *", "uintptr_t", "void *", "void *", "void *"]),
  };
}
