export { SparseBatches, type SparseBatchesOptions, type SparseExamples } from "./batches.ts";
export type { Repeated } from "./collect.ts";
export * from "./from-rows.ts";
export {
  columnCounts,
  rowNorms,
  rowOf,
  type SparseMatrix,
  selectColumns,
  selectRows,
  targetsOf,
  transpose,
} from "./matrix.ts";
export * from "./split.ts";
