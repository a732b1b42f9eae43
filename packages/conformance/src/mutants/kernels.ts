import type { Backend, BackendModule, FloatArray, Matrix } from "@widehead/core";
import { replace } from "../replace.ts";
import {
  accumulateInFloat32,
  fillWithoutStride,
  gemmWithoutLastRow,
  lastEntryOfEachId,
  solveWithoutPivoting,
  viewsWithoutOffset,
  writesInFloat32,
} from "./kernel-defects.ts";

/** A way to get a kernel wrong, and the case that must notice it. */
export interface KernelMutant {
  readonly id: string;
  readonly title: string;
  /** Id of a case of the suite that fails on it. */
  readonly killedBy: string;
  mutate(backend: Backend): Backend;
}

/** The module whose instances all have the defect. */
export function mutated(module: BackendModule, mutant: KernelMutant): BackendModule {
  return { ...module, create: async (options) => mutant.mutate(await module.create(options)) };
}

export const kernelMutants: readonly KernelMutant[] = [
  {
    id: "gemm-ignores-beta",
    title: "The product overwrites what the output held",
    killedBy: "kernel/gemm/alpha-beta",
    mutate: (backend) =>
      replace(backend, { gemm: (a, b, out, options) => backend.gemm(a, b, out, { ...options, beta: 0 }) }),
  },
  {
    id: "gemm-ignores-alpha",
    title: "The product is not scaled",
    killedBy: "kernel/gemm/alpha-beta",
    mutate: (backend) =>
      replace(backend, { gemm: (a, b, out, options) => backend.gemm(a, b, out, { ...options, alpha: 1 }) }),
  },
  {
    id: "gemm-reads-output",
    title: "With β = 0 the output is read all the same, so that NaN stays",
    killedBy: "kernel/gemm/plain",
    mutate: (backend) =>
      replace(backend, {
        gemm: (a, b, out, options) => backend.gemm(a, b, out, { ...options, beta: options?.beta || Number.MIN_VALUE }),
      }),
  },
  {
    id: "gemm-ignores-transpose-b",
    title: "The right factor of a square product is not transposed",
    killedBy: "kernel/gemm/transpose-b",
    mutate: (backend) =>
      replace(backend, {
        gemm: (a, b, out, options = {}) =>
          backend.gemm(a, b, out, { ...options, transposeB: b.rows !== b.columns && options.transposeB === true }),
      }),
  },
  {
    id: "gemm-last-row-missing",
    title: "The last row of the product is left out",
    killedBy: "kernel/gemm/plain",
    mutate: gemmWithoutLastRow,
  },
  {
    id: "gemm-accumulates-in-float32",
    title: "A backend that claims float64 adds up in float32",
    killedBy: "kernel/gemm/plain",
    mutate: accumulateInFloat32,
  },
  {
    id: "view-ignores-offset",
    title: "Every view begins at the corner of its matrix",
    killedBy: "backend/memory/views",
    mutate: viewsWithoutOffset,
  },
  {
    id: "fill-ignores-stride",
    title: "Filling a view runs on into what lies beside it",
    killedBy: "kernel/fill/value",
    mutate: fillWithoutStride,
  },
  {
    id: "add-transpose-not-symmetric",
    title: "A + A in place of A + Aᵀ",
    killedBy: "kernel/add-transpose/plain",
    mutate: (backend) =>
      replace(backend, { addTranspose: (a, out) => backend.combine(out, [{ matrix: a }, { matrix: a }]) }),
  },
  {
    id: "combine-overwrites-early",
    title: "The output is cleared before it is read as a term",
    killedBy: "kernel/combine/in-place",
    mutate: (backend) =>
      replace(backend, {
        combine(out, terms) {
          backend.fill(out, 0);
          backend.combine(out, terms);
        },
      }),
  },
  {
    id: "lu-solve-without-pivoting",
    title: "Elimination takes the rows in their order",
    killedBy: "kernel/lu-solve/pivoting",
    mutate: solveWithoutPivoting,
  },
  {
    id: "lu-solve-hides-status",
    title: "The status says 0 whatever happened",
    killedBy: "kernel/lu-solve/singular",
    mutate: (backend) =>
      replace(backend, {
        luSolve(a, b, out, status) {
          backend.luSolve(a, b, out, status);
          backend.fill(status, 0);
        },
      }),
  },
  {
    id: "sparse-gemm-overwrites-repeated-ids",
    title: "Of an id that comes twice in a row only the last entry counts",
    killedBy: "kernel/sparse-gemm/random",
    mutate: (backend) =>
      replace(backend, {
        sparseGemm: (sparse, b, out, options) => backend.sparseGemm(lastEntryOfEachId(sparse), b, out, options),
      }),
  },
  {
    id: "sampled-dots-off-by-one-row",
    title: "Each entry takes the row of the right matrix before its own",
    killedBy: "kernel/sampled-dots/random",
    mutate: (backend) =>
      replace(backend, {
        sampledDots: (pattern, left, right, out) =>
          backend.sampledDots(
            { ...pattern, columnIds: pattern.columnIds.map((id) => Math.max(0, id - 1)) },
            left,
            right,
            out,
          ),
      }),
  },
  {
    id: "row-dots-short",
    title: "The last column is left out of the dot products",
    killedBy: "kernel/row-dots/plain",
    mutate: (backend) =>
      replace(backend, {
        rowDots(a, b, out) {
          const columns = Math.max(0, a.columns - 1);
          using left = backend.view(a, 0, 0, a.rows, columns);
          using right = backend.view(b, 0, 0, b.rows, columns);
          backend.rowDots(left, right, out);
        },
      }),
  },
  {
    id: "read-many-shares-memory",
    title: "Reading gives the same array again instead of a new copy",
    killedBy: "backend/memory/copies",
    mutate: (backend) => {
      const copies = new WeakMap<Matrix, FloatArray>();
      return replace(backend, {
        async readMany(matrices) {
          const read = await backend.readMany(matrices);
          return read.map((values, i) => {
            const kept = copies.get(matrices[i]!) ?? values;
            kept.set(values);
            copies.set(matrices[i]!, kept);
            return kept;
          });
        },
      });
    },
  },
  {
    id: "writes-in-float32",
    title: "Numbers are kept in float32 by a backend that claims float64",
    killedBy: "backend/memory/round-trip",
    mutate: writesInFloat32,
  },
  {
    id: "exponentials-lose-the-last-sum",
    title: "The sum of a row's exponentials is that of the row before",
    killedBy: "kernel/exponentiate-rows/plain",
    mutate: (backend) =>
      replace(backend, {
        exponentiateRows(a, maxima, sums) {
          backend.exponentiateRows?.(a, maxima, sums);
          using first = backend.view(sums, 0, 0, sums.rows - 1, 1);
          backend.combine(backend.view(sums, 1, 0, sums.rows - 1, 1), [{ matrix: first }]);
        },
      }),
  },
  {
    id: "host-view-is-a-copy",
    title: "What the host sees in place is a copy of the matrix",
    killedBy: "backend/host/view",
    mutate: (backend) => replace(backend, { hostView: (matrix) => backend.hostView?.(matrix)?.slice() }),
  },
  {
    id: "host-product-in-float32",
    title: "The float64 product of the host is rounded to float32",
    killedBy: "backend/host/multiply-float64",
    mutate: (backend) =>
      replace(backend, {
        multiplyFloat64: (a, b, size) => {
          const product = backend.multiplyFloat64?.(a, b, size);
          return product && Float64Array.from(Float32Array.from(product));
        },
      }),
  },
  {
    id: "leaks-a-buffer",
    title: "A solve leaves a temporary matrix behind",
    killedBy: "kernel/lu-solve/random",
    mutate: (backend) =>
      replace(backend, {
        luSolve(a, b, out, status) {
          backend.allocate(1, 1);
          backend.luSolve(a, b, out, status);
        },
      }),
  },
];
