import type { Evaluation, Matrix, SparseMatrix, SparseTargets, Step } from "@widehead/core";
import { type Buffers, type Rates, transpose } from "@widehead/core/internals";
import { splitTargets } from "./clusters.ts";
import type { AdaptiveModel, Tail } from "./model.ts";

/** A tail's share of a batch. */
interface TailStep {
  readonly tail: Tail;
  readonly step: Step;
  /** Activations of its examples [m_i, d]. */
  readonly hidden: Matrix;
  /** Gradient with respect to their projections [m_i, d/4ⁱ]. */
  readonly gradient: Matrix;
}

/** The gradient of a batch, cluster by cluster. */
export interface AdaptiveGradient {
  readonly head: Step;
  readonly tails: readonly TailStep[];
  readonly hidden: Matrix;
}

export interface AdaptivePass extends Evaluation {
  /** Undefined where the batch was only evaluated. */
  readonly gradient: AdaptiveGradient | undefined;
}

/** Exact loss and gradients: the head with all m examples, each tail with those that have labels in it. */
export async function gradientPass(
  model: AdaptiveModel,
  buffers: Buffers,
  hidden: Matrix,
  targets: SparseTargets,
): Promise<AdaptivePass> {
  const { backend } = model;
  const [m, d] = [hidden.rows, hidden.columns];
  const split = splitTargets(model.clusters, targets);
  const total = buffers.get("hiddenGradient", m, d);
  const head = await model.head.gradient(hidden, split.head, { gradientInto: total });
  const sum = new LossSum(head);
  const tails: TailStep[] = [];
  for (const [i, own] of split.tails.entries()) {
    if (own === undefined) continue;
    const tail = model.tails[i];
    const { selection, selected, projected } = project(model, buffers, hidden, i, own.examples);
    const gradient = buffers.get(`tailGradient${i}`, projected.rows, projected.columns);
    const step = await tail.layer.gradient(projected, own.targets, { gradientInto: gradient });
    const back = buffers.get("tailHiddenGradient", selected.rows, d);
    backend.gemm(gradient, tail.projection, back);
    backend.sparseGemm(transpose(selection), back, total, { beta: 1 });
    sum.add(step, own.examples);
    tails.push({ tail, step, hidden: selected, gradient });
  }
  return { ...sum.evaluation(), gradient: { head, tails, hidden: total } };
}

/** Exact loss alone. */
export async function evaluationPass(
  model: AdaptiveModel,
  buffers: Buffers,
  hidden: Matrix,
  targets: SparseTargets,
): Promise<AdaptivePass> {
  const split = splitTargets(model.clusters, targets);
  const sum = new LossSum(await model.head.evaluate(hidden, split.head));
  for (const [i, own] of split.tails.entries()) {
    if (own === undefined) continue;
    const { projected } = project(model, buffers, hidden, i, own.examples);
    sum.add(await model.tails[i].layer.evaluate(projected, own.targets), own.examples);
  }
  return { ...sum.evaluation(), gradient: undefined };
}

/** Activations of some examples, as they are [m_i, d] and as a tail sees them [m_i, d/4ⁱ]. */
function project(
  { backend, tails }: AdaptiveModel,
  buffers: Buffers,
  hidden: Matrix,
  i: number,
  examples: Uint32Array,
): { readonly selection: SparseMatrix; readonly selected: Matrix; readonly projected: Matrix } {
  const rows = examples.length;
  const offsets = Uint32Array.from({ length: rows + 1 }, (_, row) => row);
  const values = new Float64Array(rows).fill(1);
  const selection = { rows, columns: hidden.rows, offsets, columnIds: examples, values };
  const selected = buffers.get(`tailHidden${i}`, rows, hidden.columns);
  backend.sparseGemm(selection, hidden, selected);
  const { projection } = tails[i];
  const projected = buffers.get(`projected${i}`, rows, projection.rows);
  backend.gemm(selected, projection, projected, { transposeB: true });
  return { selection, selected, projected };
}

/** Decay, too, acts on the clusters that the batch touches. */
export async function applyUpdate(
  { backend }: AdaptiveModel,
  { head, tails }: AdaptiveGradient,
  { learningRate, keep }: Rates,
): Promise<void> {
  const options = { learningRate, weightDecay: (1 - keep) / learningRate };
  await head.apply(options);
  for (const { tail, step, hidden, gradient } of tails) {
    await step.apply(options);
    backend.gemm(gradient, hidden, tail.projection, { transposeA: true, alpha: -learningRate, beta: keep });
  }
}

/** ‖∇‖ (Frobenius) over all weights, projections included. */
export async function adaptiveGradientNorm(
  { backend }: AdaptiveModel,
  buffers: Buffers,
  { head, tails }: AdaptiveGradient,
): Promise<number> {
  let total = (await head.gradientNorm()) ** 2;
  for (const { tail, step, hidden, gradient } of tails) {
    total += (await step.gradientNorm()) ** 2;
    const { rows, columns } = tail.projection;
    const weights = buffers.get("projectionGradient", rows, columns);
    backend.gemm(gradient, hidden, weights, { transposeA: true });
    const squares = buffers.get("projectionSquares", rows, 1);
    backend.rowDots(weights, weights, squares);
    for (const square of (await backend.readMany([squares]))[0]) total += square;
  }
  return Math.sqrt(total);
}

/** Adds the losses of the clusters up by example. */
class LossSum {
  readonly #losses: Float64Array;
  #loss: number;

  constructor({ loss, losses }: Evaluation) {
    this.#loss = loss;
    this.#losses = losses.slice();
  }

  /** @param examples  of a tail, whose losses are weighted by m_i/m */
  add({ loss, losses }: Evaluation, examples: Uint32Array): void {
    this.#loss += loss;
    const scale = this.#losses.length / examples.length;
    for (let row = 0; row < examples.length; row += 1) this.#losses[examples[row]] += scale * losses[row];
  }

  evaluation(): Evaluation {
    return { loss: this.#loss, losses: this.#losses, noise: 0, skipped: 0 };
  }
}
