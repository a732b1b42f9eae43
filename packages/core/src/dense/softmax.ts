import type { FloatArray, Matrix, SparseTargets } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { exponentiateRows } from "./exponentials.ts";
import { blockOutputs, type DensePass, type PassInput, targetOutputs } from "./pass.ts";

/**
 * Softmax cross-entropy over all outputs, mDd and mD exponentials: the blocks become exp(o − their largest).
 *
 * L = Σ yₖ (log Σᵢ exp(oᵢ) − oₖ),  ∂L/∂o = n·p − y,  n = Σ yₖ
 */
export async function softmaxPass(
  input: PassInput,
  hidden: Matrix,
  targets: SparseTargets,
  keepOutputs: boolean,
): Promise<DensePass> {
  const { backend, buffers, weights } = input;
  const m = hidden.rows;
  const outputsAt = await targetOutputs(input, hidden, targets);
  const maxima = buffers.get("blockMaxima", m, weights.count);
  const sums = buffers.get("blockSums", m, weights.count);
  const dense: Matrix[] = [];
  for (let block = 0; block < weights.count; block += 1) {
    const outputs = blockOutputs(input, m, block, keepOutputs);
    const [largest, total] = [maxima, sums].map((matrix) => backend.view(matrix, 0, block, m, 1));
    backend.gemm(hidden, weights.at(block), outputs, { transposeB: true });
    await exponentiateRows(backend, outputs, largest, total);
    dense.push(outputs);
  }
  const [largest, total] = await backend.readMany([maxima, sums]);
  const logTotal = logSums(largest, total, m);
  return { ...crossEntropy(targets, outputsAt, logTotal, largest, dense), hidden };
}

/** log Σᵦ totalᵦ exp(largestᵦ) over the blocks β of each example, from [m, blocks] each. */
export function logSums(largest: FloatArray, total: FloatArray, m: number): Float64Array {
  const blocks = largest.length / m;
  return Float64Array.from({ length: m }, (_, j) => {
    const [begin, end] = [j * blocks, (j + 1) * blocks];
    let [top, sum] = [-Infinity, 0];
    for (let at = begin; at < end; at += 1) top = Math.max(top, largest[at]);
    for (let at = begin; at < end; at += 1) sum += total[at] * Math.exp(largest[at] - top);
    return Math.log(sum) + top;
  });
}

/** Online log-sum-exp: the sums stand relative to the largest output so far. */
export function addExponentials(
  outputs: { readonly [index: number]: number },
  columns: number,
  largest: Float64Array,
  total: Float64Array,
): void {
  for (let j = 0; j < total.length; j += 1) {
    let top = largest[j];
    for (let i = j * columns; i < (j + 1) * columns; i += 1) top = Math.max(top, outputs[i]);
    let sum = total[j] * Math.exp(largest[j] - top);
    for (let i = j * columns; i < (j + 1) * columns; i += 1) sum += Math.exp(outputs[i] - top);
    total[j] = sum;
    largest[j] = top;
  }
}

function crossEntropy(
  targets: SparseTargets,
  outputsAt: Float64Array,
  logTotal: Float64Array,
  largest: FloatArray,
  dense: readonly Matrix[],
): Omit<DensePass, "hidden"> {
  const m = targets.rows;
  const slopes = {
    squares: new Float64Array(m),
    sums: new Float64Array(m),
    totals: new Float64Array(m),
    targets: new Float64Array(targets.ids.length),
  };
  const losses = new Float64Array(m);
  let loss = 0;
  for (let j = 0; j < m; j += 1) {
    const weight = targets.exampleWeights?.[j] ?? 1;
    for (let n = targets.offsets[j]; n < targets.offsets[j + 1]; n += 1) {
      const value = weight * (targets.values?.[n] ?? 1);
      losses[j] += value * (logTotal[j] - outputsAt[n]);
      slopes.targets[n] = -value / m;
      slopes.totals[j] += slopes.targets[n];
      slopes.squares[j] += value / m;
    }
    if (!Number.isFinite(losses[j])) {
      throw new WideheadError(
        "ERR_NUMERIC_DRIFT",
        `loss softmax: example ${j} has loss ${losses[j]}; expected a finite number. Lower the learning rate`,
        { example: j, loss: losses[j] },
      );
    }
    loss += losses[j] / m;
  }
  // n·p = n·exp(o − largest of its block)·exp(largest − log of the sum)
  const blocks = dense.length;
  const denseScales = Float64Array.from(largest, (value, at) => {
    const j = Math.floor(at / blocks);
    return slopes.squares[j] * Math.exp(value - logTotal[j]);
  });
  const gradient = { dense, denseScales, shared: slopes.sums, targets: slopes.targets };
  return { slopes, losses, loss, noise: 0, skipped: 0, gradient };
}
