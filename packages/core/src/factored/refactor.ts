import type { Rates } from "../batch-layer.ts";
import type { Matrix } from "../contract/index.ts";
import type { Forward } from "./forward.ts";
import type { Candidate, UpdateInput } from "./update.ts";

/**
 * The touched rows after a step that refactors, V_k ← V_k U_new − η Σⱼ tⱼₖ ĥⱼ: they move to the new epoch, in which U = I.
 * No solve and no inverse, so this is exact even where U_new is singular.
 */
export function refactoredRows(
  { backend, buffers, spare }: Pick<UpdateInput, "backend" | "buffers" | "spare">,
  pass: Forward,
  candidate: Candidate,
  rates: Rates,
): Matrix {
  const { block, direction } = pass;
  const rows = buffers.get("newRows", block.ids.length, direction.columns);
  backend.gemm(block.matrix, spare.transform, rows);
  backend.sparseGemm(candidate.transposed, direction, rows, { alpha: -rates.learningRate, beta: 1 });
  return rows;
}
