import { defineProgram, elementwise, type Program } from "../program.ts";

/** out = A + Aᵀ. One thread writes both elements of a pair, so that `out` may be A. */
export const addTranspose: Program<"out" | "a", "n" | "count"> = defineProgram({
  name: "add-transpose",
  operands: { out: "write", a: "read" },
  parameters: { n: "u32", count: "u32" },
  code: elementwise(
    "params.count",
    `let i = index / params.n;
  let j = index % params.n;
  if (j > i) { return; }
  let sum = read_a(i, j) + read_a(j, i);
  write_out(i, j, sum);
  write_out(j, i, sum);`,
  ),
});
