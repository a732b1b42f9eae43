import { defineProgram, type Program } from "../program.ts";
import { dotProducts } from "./dots.ts";

/** out[n] = left[row of n] · right[column of n]; the rows of all entries are staged, then their columns. */
export const sampledDots: Program<"out" | "left" | "right", "entries" | "columns"> = defineProgram({
  name: "sampled-dots",
  operands: { out: "write", left: "read", right: "read" },
  parameters: { entries: "u32", columns: "u32" },
  code: dotProducts(
    "params.entries",
    "let row = staged(index); let column = staged(params.entries + index);",
    "read_left(row, j)",
    "read_right(column, j)",
    "write_out(index, 0u, sum);",
  ),
});
