import { defineProgram, elementwise, type Program } from "../program.ts";

/** The elements of a, without gaps. */
export const pack: Program<"out" | "a", "columns" | "count"> = defineProgram({
  name: "pack",
  operands: { out: "write", a: "read" },
  parameters: { columns: "u32", count: "u32" },
  code: elementwise("params.count", "write_out(0u, index, read_a(index / params.columns, index % params.columns));"),
});
