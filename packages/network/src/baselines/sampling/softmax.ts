import type { Backend, Evaluation, FloatArray, Matrix, SparseMatrix, SparseTargets } from "@widehead/core";
import { type Buffers, checkFiniteRows, exponentiateRows, IdSlots, transpose } from "@widehead/core/internals";
import type { RowsPass } from "../rows/layer.ts";
import { requireFiniteLoss } from "../rows/logistic.ts";
import type { RowGradient, WeightRows } from "../rows/weight-rows.ts";
import type { Candidates } from "./candidates.ts";

export interface SampledInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly weights: WeightRows;
}

/**
 * Softmax cross-entropy of each label over itself and the batch's S candidates C, in O(mSd). A label that was drawn, too,
 * counts once: an accidental hit is no negative of itself.
 *
 * L = Σ yₖ (log Σ_{i ∈ {k} ∪ C} exp(oᵢ′) − oₖ′),  oᵢ′ = oᵢ − log E[times that i is drawn]
 *
 * @throws WideheadError ERR_NOT_FINITE, ERR_NUMERIC_DRIFT
 * @see Bengio & Senécal 2008; Jean et al. 2015, §3
 */
export async function sampledSoftmaxPass(
  { backend, buffers, weights }: SampledInput,
  hidden: Matrix,
  targets: SparseTargets,
  candidates: Candidates,
): Promise<RowsPass> {
  const m = hidden.rows;
  const { ids, columnIds } = place(candidates.ids, targets.ids);
  const block = await weights.gather(buffers, ids);
  const negatives = backend.view(block, 0, 0, candidates.ids.length, weights.features);
  const pattern = { rows: m, columns: ids.length, offsets: targets.offsets, columnIds };
  const labelOutputs = buffers.get("labelOutputs", columnIds.length, 1);
  backend.sampledDots(pattern, hidden, block, labelOutputs);
  const squares = buffers.get("hiddenSquares", m, 1);
  backend.rowDots(hidden, hidden, squares);

  const outputs = buffers.get("negativeOutputs", m, negatives.rows);
  backend.gemm(hidden, negatives, outputs, { transposeB: true });
  correct(backend, buffers, outputs, candidates);
  const maxima = buffers.get("maxima", m, 1);
  const sums = buffers.get("sums", m, 1);
  await exponentiateRows(backend, outputs, maxima, sums);

  const [read, hiddenSquares, largest, total] = await backend.readMany([labelOutputs, squares, maxima, sums]);
  checkFiniteRows(hiddenSquares);
  const { slopes, scales, ...evaluation } = crossEntropy(targets, candidates, { columnIds, read, largest, total });
  const sparse: SparseMatrix = { ...pattern, values: slopes };
  const dense = { outputs, scales, negatives };
  return { ...evaluation, gradient: sampledGradient(backend, buffers, hidden, { ids, block, sparse, dense }) };
}

/** The rows of a step, candidates first, and where among them each label stands. */
function place(candidates: Uint32Array, labels: Uint32Array): { ids: Uint32Array; columnIds: Uint32Array } {
  const slots = new IdSlots(candidates.length + labels.length);
  for (let s = 0; s < candidates.length; s += 1) slots.add(candidates[s]);
  const columnIds = new Uint32Array(labels.length);
  for (let n = 0; n < labels.length; n += 1) columnIds[n] = slots.add(labels[n]);
  return { ids: slots.ids(), columnIds };
}

/** O ← O − 1·log E[times drawn]ᵀ. */
function correct(backend: Backend, buffers: Buffers, outputs: Matrix, { ids, logExpected }: Candidates): void {
  const corrections = buffers.get("corrections", 1, ids.length);
  backend.write(corrections, Float64Array.from(ids, logExpected));
  const ones = buffers.get("ones", outputs.rows, 1);
  backend.fill(ones, 1);
  backend.gemm(ones, corrections, outputs, { alpha: -1, beta: 1 });
}

/** Each label against the candidates; `scales` [m] are the factors of exp(o′ − largest) in the slopes. */
function crossEntropy(
  { rows: m, offsets, ids, values, exampleWeights }: SparseTargets,
  { ids: drawn, logExpected }: Candidates,
  seen: { columnIds: Uint32Array; read: FloatArray; largest: FloatArray; total: FloatArray },
): Evaluation & { readonly slopes: Float64Array; readonly scales: Float64Array } {
  const { columnIds, read, largest, total } = seen;
  const slopes = new Float64Array(ids.length);
  const scales = new Float64Array(m);
  const losses = new Float64Array(m);
  let sum = 0;
  for (let j = 0; j < m; j += 1) {
    const candidates = largest[j] + Math.log(total[j]);
    for (let n = offsets[j]; n < offsets[j + 1]; n += 1) {
      const weight = (values?.[n] ?? 1) * (exampleWeights?.[j] ?? 1);
      const own = read[n] - logExpected(ids[n]);
      const hit = columnIds[n] < drawn.length;
      const logTotal = hit ? candidates : logAddExp(candidates, own);
      losses[j] += weight * (logTotal - own);
      // Where the label is among the candidates, its probability is in the slopes of those.
      slopes[n] = (weight / m) * (hit ? -1 : Math.expm1(own - logTotal));
      scales[j] += (weight / m) * Math.exp(largest[j] - logTotal);
    }
    requireFiniteLoss("sampled softmax", j, losses[j]);
    sum += losses[j];
  }
  return { slopes, scales, losses, loss: m === 0 ? 0 : sum / m, noise: 0, skipped: 0 };
}

/** log(exp(a) + exp(b)). */
function logAddExp(a: number, b: number): number {
  return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)));
}

interface SampledFactors {
  readonly ids: Uint32Array;
  readonly block: Matrix;
  /** Slopes of the labels [m, r]. */
  readonly sparse: SparseMatrix;
  /** diag(scales)·outputs are the slopes of the candidates [m, S], whose rows are the first of the block. */
  readonly dense: { readonly outputs: Matrix; readonly scales: Float64Array; readonly negatives: Matrix };
}

function sampledGradient(
  backend: Backend,
  buffers: Buffers,
  hidden: Matrix,
  { ids, block, sparse, dense: { outputs, scales, negatives } }: SampledFactors,
): RowGradient {
  const [m, d] = [hidden.rows, hidden.columns];
  const scale = buffers.get("scales", m, 1);
  backend.write(scale, scales);
  return {
    ids,
    block,
    toHidden: () => {
      const gradient = buffers.get("hiddenGradient", m, d);
      backend.gemm(outputs, negatives, gradient);
      backend.combine(gradient, [{ matrix: gradient, scale }]);
      backend.sparseGemm(sparse, block, gradient, { beta: 1 });
      return gradient;
    },
    addTo: (out, { alpha, beta }) => {
      const scaled = buffers.get("scaledHidden", m, d);
      backend.combine(scaled, [{ matrix: hidden, scale }]);
      const count = negatives.rows;
      backend.gemm(outputs, scaled, backend.view(out, 0, 0, count, d), { transposeA: true, alpha, beta });
      const rest = backend.view(out, count, 0, out.rows - count, d);
      if (beta === 0) backend.fill(rest, 0);
      else if (beta !== 1) backend.combine(rest, [{ matrix: rest, factor: beta }]);
      backend.sparseGemm(transpose(sparse), hidden, out, { alpha, beta: 1 });
    },
  };
}
