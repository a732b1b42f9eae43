import type { HostMatrix, OutputLayer } from "@widehead/core";
import type { CaseContext, Tolerance } from "../case.ts";
import { norm } from "../oracle/descent.ts";
import { allRows } from "./step-subject.ts";

/** Round-offs that a query may lose for each unit of what it sums. */
const queryMargin = 32;

/** For cases that have the size d. */
export const queryTolerance: Extract<Tolerance, { kind: "bound" }> = {
  kind: "bound",
  value: ({ d }, roundoff) => queryMargin * (d + 2) * roundoff,
  statement: "relative to ‖h‖‖W‖",
};

/** scores = H · rows(ids)ᵀ. */
export async function expectScores(
  context: CaseContext,
  layer: OutputLayer,
  hidden: HostMatrix,
  ids: Uint32Array,
): Promise<void> {
  const { rows: m, columns: d } = hidden;
  const rows = await layer.rows(ids);
  const expected = new Float64Array(m * ids.length);
  for (let j = 0; j < m; j += 1) {
    for (let i = 0; i < ids.length; i += 1) {
      for (let f = 0; f < d; f += 1) expected[j * ids.length + i] += hidden.data[j * d + f] * rows.data[i * d + f];
    }
  }
  const scores = await layer.scores(hidden, ids);
  context.expectExact("shape", [scores.rows, scores.columns], [m, ids.length]);
  context.expectClose("scores", scores.data, expected, context.bound * norm(hidden.data) * norm(rows.data));
}

/** topK lists the k best scores, best first by the loss's mass (or by o), with mass / total as probabilities. */
export async function expectTopK(
  context: CaseContext,
  layer: OutputLayer,
  hidden: HostMatrix,
  k: number,
): Promise<void> {
  const D = layer.outputs;
  const { likelihood } = layer.loss;
  const mass = likelihood?.mass ?? ((output: number) => output);
  const scores = await layer.scores(
    hidden,
    Uint32Array.from({ length: D }, (_, id) => id),
  );
  const top = await layer.topK(hidden, k);
  context.expectExact("k", top.k, k);
  context.expectExact("has probabilities", Number(top.probabilities !== undefined), Number(likelihood !== undefined));
  const allowed = context.bound * norm(hidden.data) * norm(await allRows(layer));
  for (let j = 0; j < hidden.rows; j += 1) {
    const all = Float64Array.from(scores.data.subarray(j * D, (j + 1) * D));
    const ids = top.ids.subarray(j * k, (j + 1) * k);
    const outputs = top.outputs.subarray(j * k, (j + 1) * k);
    context.expectExact("different ids", new Set(ids).size, k);
    context.expectClose(
      "outputs",
      outputs,
      [...ids].map((id) => all[id]),
      allowed,
    );
    const masses = all.map(mass).sort().reverse();
    const best = masses.subarray(0, k);
    context.expectClose("ranks", outputs.map(mass), best, allowed * (2 + 2 * norm(masses)));
    if (top.probabilities === undefined) continue;
    const total = masses.reduce((sum, each) => sum + each, 0);
    const expected = best.map((each) => each / total);
    context.expectClose("probabilities", top.probabilities.subarray(j * k, (j + 1) * k), expected, 4 * allowed);
  }
}
