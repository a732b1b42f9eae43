import { defineProgram, type Program } from "../program.ts";

/** A kernel for out = α · op(A) · op(B) + β · out. */
export type GemmProgram = Program<
  "out" | "a" | "b",
  "rows" | "columns" | "inner" | "transpose_a" | "transpose_b" | "alpha" | "beta"
>;

/** A program whose code has `left_element(i, k)` of op(A), `right_element(k, j)` of op(B), and `store(i, j, product)`. */
export function defineGemm(name: string, code: string): GemmProgram {
  return defineProgram({
    name,
    operands: { out: "write", a: "read", b: "read" },
    parameters: {
      rows: "u32",
      columns: "u32",
      inner: "u32",
      transpose_a: "u32",
      transpose_b: "u32",
      alpha: "f32",
      beta: "f32",
    },
    code: /* wgsl */ `
fn left_element(i: u32, k: u32) -> f32 {
  if (params.transpose_a != 0u) { return read_a(k, i); }
  return read_a(i, k);
}

fn right_element(k: u32, j: u32) -> f32 {
  if (params.transpose_b != 0u) { return read_b(j, k); }
  return read_b(k, j);
}

fn store(i: u32, j: u32, product: f32) {
  var value = params.alpha * product;
  if (params.beta != 0.0) { value += params.beta * read_out(i, j); }
  write_out(i, j, value);
}
${code}`,
  });
}
