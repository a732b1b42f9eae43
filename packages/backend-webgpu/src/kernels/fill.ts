import { defineProgram, elementwise, type Program } from "../program.ts";

/** Every element becomes the value. */
export const fill: Program<"out", "columns" | "count" | "value"> = defineProgram({
  name: "fill",
  operands: { out: "write" },
  parameters: { columns: "u32", count: "u32", value: "f32" },
  code: elementwise("params.count", "write_out(index / params.columns, index % params.columns, params.value);"),
});
