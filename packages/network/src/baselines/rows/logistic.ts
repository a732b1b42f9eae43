import { type Backend, type Evaluation, type Matrix, type SparseMatrix, WideheadError } from "@widehead/core";
import { type Buffers, checkFiniteRows, IdSlots, transpose } from "@widehead/core/internals";
import type { Classifications } from "./classifications.ts";
import type { RowsPass } from "./layer.ts";
import type { RowGradient, WeightRows } from "./weight-rows.ts";

export interface LogisticInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly weights: WeightRows;
  /** Names the method in errors. */
  readonly method: string;
}

/**
 * Logistic loss of many yes-or-no questions an example, each asked of one row, in O(d) a question.
 *
 * L = Σ weight · softplus(±x),  x = w·h − shift,  minus where the label is 1;  ∂L/∂x = weight · (σ(x) − label)
 *
 * @throws WideheadError ERR_NOT_FINITE, ERR_NUMERIC_DRIFT
 */
export async function logisticPass(
  { backend, buffers, weights, method }: LogisticInput,
  hidden: Matrix,
  asked: Classifications,
): Promise<RowsPass> {
  const { count } = asked;
  const slots = new IdSlots(count);
  const columnIds = new Uint32Array(count);
  for (let n = 0; n < count; n += 1) columnIds[n] = slots.add(asked.rows[n]);
  const ids = slots.ids();
  const block = await weights.gather(buffers, ids);
  const pattern = { rows: hidden.rows, columns: ids.length, offsets: asked.offsets, columnIds };
  const outputs = buffers.get("outputs", count, 1);
  backend.sampledDots(pattern, hidden, block, outputs);
  const squares = buffers.get("hiddenSquares", hidden.rows, 1);
  backend.rowDots(hidden, hidden, squares);
  const [read, hiddenSquares] = await backend.readMany([outputs, squares]);
  checkFiniteRows(hiddenSquares);
  const { slopes, ...evaluation } = judge(asked, read, hidden.rows, method);
  const sparse: SparseMatrix = { ...pattern, values: slopes };
  return { ...evaluation, gradient: sparseGradient(backend, buffers, hidden, { ids, block, sparse }) };
}

function judge(
  { offsets, labels, weights, shifts, count }: Classifications,
  outputs: ArrayLike<number>,
  m: number,
  method: string,
): Evaluation & { readonly slopes: Float64Array } {
  const slopes = new Float64Array(count);
  const losses = new Float64Array(m);
  let total = 0;
  for (let j = 0; j < m; j += 1) {
    let loss = 0;
    for (let n = offsets[j]; n < offsets[j + 1]; n += 1) {
      const x = outputs[n] - shifts[n];
      const decay = Math.exp(-Math.abs(x));
      const wrong = labels[n] === 1 ? -x : x;
      loss += weights[n] * (Math.max(wrong, 0) + Math.log1p(decay));
      const sigmoid = x >= 0 ? 1 / (1 + decay) : decay / (1 + decay);
      slopes[n] = (weights[n] * (sigmoid - labels[n])) / m;
    }
    requireFiniteLoss(method, j, loss);
    losses[j] = loss;
    total += loss;
  }
  return { slopes, losses, loss: m === 0 ? 0 : total / m, noise: 0, skipped: 0 };
}

/** Throws ERR_NUMERIC_DRIFT. */
export function requireFiniteLoss(method: string, example: number, loss: number): void {
  if (Number.isFinite(loss)) return;
  throw new WideheadError(
    "ERR_NUMERIC_DRIFT",
    `${method}: example ${example} has loss ${loss}; expected a finite number. Lower the learning rate`,
    { example, loss, method },
  );
}

function sparseGradient(
  backend: Backend,
  buffers: Buffers,
  hidden: Matrix,
  { ids, block, sparse }: { readonly ids: Uint32Array; readonly block: Matrix; readonly sparse: SparseMatrix },
): RowGradient {
  return {
    ids,
    block,
    toHidden: () => {
      const gradient = buffers.get("hiddenGradient", hidden.rows, hidden.columns);
      backend.sparseGemm(sparse, block, gradient);
      return gradient;
    },
    addTo: (out, factors) => backend.sparseGemm(transpose(sparse), hidden, out, factors),
  };
}
