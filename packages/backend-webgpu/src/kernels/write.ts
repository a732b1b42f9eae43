import { defineProgram, elementwise, type Program } from "../program.ts";

/** Elements first … first + count, in row-major order, become the staged numbers. */
export const write: Program<"out", "columns" | "count" | "first"> = defineProgram({
  name: "write",
  operands: { out: "write" },
  parameters: { columns: "u32", count: "u32", first: "u32" },
  code: elementwise(
    "params.count",
    `let element = params.first + index;
  write_out(element / params.columns, element % params.columns, bitcast<f32>(staged(index)));`,
  ),
});
