export { combine, fill } from "./combine";
export { rowDots, sampledDots } from "./dots";
export { exponentiateRows } from "./exponential";
export { gemm, packBytes } from "./gemm";
export { luApply, luFactor } from "./lu";
export { sparseGemm } from "./sparse";
export { addTranspose } from "./transpose";

/** The first address that the arena may use. */
export function heapBase(): usize {
  return __heap_base;
}
