import type { Matrix, SparseTargets } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";
import { blockOutputs, type DensePass, type PassInput, targetOutputs } from "./pass.ts";

/**
 * Softmax cross-entropy over all outputs, mDd and mD exponentials: the blocks become probabilities.
 *
 * L = Σ yₖ (log Σᵢ exp(oᵢ) − oₖ),  ∂L/∂o = n·p − y,  n = Σ yₖ
 */
export async function softmaxPass(
  input: PassInput,
  hidden: Matrix,
  targets: SparseTargets,
  keepOutputs: boolean,
): Promise<DensePass> {
  const { backend, weights } = input;
  const m = hidden.rows;
  const outputsAt = await targetOutputs(input, hidden, targets);
  const largest = new Float64Array(m).fill(-Infinity);
  const total = new Float64Array(m);
  const dense: Matrix[] = [];
  for (let block = 0; block < weights.count; block += 1) {
    const outputs = blockOutputs(input, m, block, keepOutputs);
    backend.gemm(hidden, weights.at(block), outputs, { transposeB: true });
    addExponentials((await backend.readMany([outputs]))[0], outputs.columns, largest, total);
    dense.push(outputs);
  }
  const logTotal = total.map((value, j) => Math.log(value) + largest[j]);
  if (keepOutputs) {
    for (const outputs of dense) {
      const [values] = await backend.readMany([outputs]);
      for (let i = 0; i < values.length; i += 1) {
        values[i] = Math.exp(values[i] - logTotal[Math.floor(i / outputs.columns)]);
      }
      backend.write(outputs, values);
    }
  }
  return { ...crossEntropy(targets, outputsAt, logTotal, dense), hidden };
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
  const gradient = { dense, denseScales: slopes.squares, shared: slopes.sums, targets: slopes.targets };
  return { slopes, losses, loss, noise: 0, skipped: 0, gradient };
}
