import { defineProgram, type Program } from "../program.ts";
import { dotProducts } from "./dots.ts";

/** out[i] = Σⱼ A[i,j] · B[i,j]. */
export const rowDots: Program<"out" | "a" | "b", "rows" | "columns"> = defineProgram({
  name: "row-dots",
  operands: { out: "write", a: "read", b: "read" },
  parameters: { rows: "u32", columns: "u32" },
  code: dotProducts("params.rows", "", "read_a(index, j)", "read_b(index, j)", "write_out(index, 0u, sum);"),
});
