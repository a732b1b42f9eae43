import { defineProgram, elementwise, type Program } from "../program.ts";

/** out = α · T · B + β · out; T's offsets, column ids and values are staged, one after the other. */
export const sparseGemm: Program<"out" | "b", "rows" | "columns" | "count" | "entries" | "alpha" | "beta"> =
  defineProgram({
    name: "sparse-gemm",
    operands: { out: "write", b: "read" },
    parameters: { rows: "u32", columns: "u32", count: "u32", entries: "u32", alpha: "f32", beta: "f32" },
    code: elementwise(
      "params.count",
      `let i = index / params.columns;
  let j = index % params.columns;
  let ids = params.rows + 1u;
  let end = staged(i + 1u);
  var sum = 0.0;
  for (var n = staged(i); n < end; n += 1u) {
    sum += bitcast<f32>(staged(ids + params.entries + n)) * read_b(staged(ids + n), j);
  }
  sum *= params.alpha;
  if (params.beta != 0.0) { sum += params.beta * read_out(i, j); }
  write_out(i, j, sum);`,
    ),
  });
