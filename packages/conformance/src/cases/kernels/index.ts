import type { Case } from "../../case.ts";
import { addTransposeCases } from "./add-transpose.ts";
import { combineCases } from "./combine.ts";
import { exponentiateRowsCases } from "./exponentiate-rows.ts";
import { fillCases } from "./fill.ts";
import { gemmCases } from "./gemm.ts";
import { luSolveCases } from "./lu-solve.ts";
import { rowDotsCases } from "./row-dots.ts";
import { sampledDotsCases } from "./sampled-dots.ts";
import { sparseGemmCases } from "./sparse-gemm.ts";

export const kernelCases: readonly Case[] = [
  ...gemmCases,
  ...rowDotsCases,
  ...combineCases,
  ...addTransposeCases,
  ...luSolveCases,
  ...sampledDotsCases,
  ...sparseGemmCases,
  ...fillCases,
  ...exponentiateRowsCases,
];
