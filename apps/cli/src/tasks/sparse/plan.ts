import { SparseBatches, type SparseMatrix } from "@widehead/data";
import type { SparseBatch, SparseModel } from "@widehead/network";
import type { Values } from "../../grammar/options.ts";
import { type CurveOptions, figureCurve, lossCurve } from "../../training/learning-curve.ts";
import type { Plan, Watched } from "../../training/task.ts";
import { type Judged, judge } from "./ranking.ts";

/** What ends a run, the epochs of patience left out. */
export type WatchedFigure = Omit<Watched, "patience">;

type PlanSettings = Pick<Values, "batch" | "seed"> & Patience;

/** Without it nothing is kept aside, and a run goes to its limit: rates have then fallen as far as they should. */
export type Patience = Partial<Pick<Values, "patience">>;

/** Shuffled batches of examples, and what ends the run, where there are validation rows to see it on. */
export function sparsePlan(
  input: SparseMatrix,
  targets: SparseMatrix,
  { batch, seed, patience }: PlanSettings,
  watched: WatchedFigure | undefined,
): Plan<SparseBatch> {
  return {
    batches: new SparseBatches(input, targets, { batchSize: batch, seed }),
    ...(watched && patience !== undefined && { earlyStopping: { ...watched, patience } }),
  };
}

/** The figure that may end a run, or the loss of one that none may. */
export function sparseCurve({ patience }: Patience, { hasPerplexity }: SparseModel, figure: string): CurveOptions {
  return patience === undefined ? lossCurve(hasPerplexity) : figureCurve(figure);
}

/** Epochs for a run that goes on; one limited otherwise is taken for a usual one. */
export function twiceAsLong({ epochs = 20 }: Partial<Pick<Values, "epochs">>): number {
  return 2 * Math.ceil(epochs);
}

/** NDCG at a cut, on rows that have something relevant; undefined where there are none. */
export function watchedRanking(
  figure: string,
  cut: number,
  model: SparseModel,
  judged: Judged,
): WatchedFigure | undefined {
  if (judged.relevant.ids.length === 0) return undefined;
  const measure = async () => (await judge(model, judged, { k: [cut] })).figures[0]!.ndcg;
  return { figure, measure, better: "higher" };
}
