import { elementwise } from "../program.ts";
import { defineGemm, type GemmProgram } from "./gemm-product.ts";

/** The product with one thread for each element, for shapes that leave most threads of a tile without work. */
export const thinGemm: GemmProgram = defineGemm(
  "gemm thin",
  elementwise(
    "params.rows * params.columns",
    `let i = index / params.columns;
  let j = index % params.columns;
  var sum = 0.0;
  for (var k = 0u; k < params.inner; k += 1u) { sum += left_element(i, k) * right_element(k, j); }
  store(i, j, sum);`,
  ),
);
