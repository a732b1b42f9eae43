import {
  type Evaluation,
  type HostMatrix,
  hostMatrix,
  type Matrix,
  type SparseTargets,
  type TopK,
} from "@widehead/core";
import { addExponentials, checkFiniteRows, exponentiateRows, logSums, TopKCollector } from "@widehead/core/internals";
import type { SampledInput } from "./softmax.ts";

/** Exact softmax cross-entropy over all outputs, in mDd and mD exponentials. @throws WideheadError ERR_NOT_FINITE */
export async function fullSoftmax(
  input: SampledInput,
  hidden: Matrix,
  { offsets, ids, values, exampleWeights }: SparseTargets,
): Promise<Evaluation> {
  const { backend, buffers, weights } = input;
  const m = hidden.rows;
  const rows = await weights.gather(buffers, ids);
  const labelOutputs = buffers.get("labelOutputs", ids.length, 1);
  const columnIds = Uint32Array.from(ids.keys());
  backend.sampledDots({ rows: m, columns: ids.length, offsets, columnIds }, hidden, rows, labelOutputs);
  const squares = buffers.get("hiddenSquares", m, 1);
  backend.rowDots(hidden, hidden, squares);
  const [read, hiddenSquares] = await backend.readMany([labelOutputs, squares]);
  checkFiniteRows(hiddenSquares);

  const count = Math.ceil(weights.count / weights.blockRows);
  const [maxima, sums] = [buffers.get("blockMaxima", m, count), buffers.get("blockSums", m, count)];
  let at = 0;
  for await (const { block } of weights.blocks(buffers)) {
    const outputs = blockOutputs(input, hidden, block);
    const [largest, total] = [maxima, sums].map((matrix) => backend.view(matrix, 0, at, m, 1));
    await exponentiateRows(backend, outputs, largest, total);
    at += 1;
  }
  const [largest, total] = await backend.readMany([maxima, sums]);
  const logTotal = logSums(largest, total, m);
  const losses = new Float64Array(m);
  let loss = 0;
  for (let j = 0; j < m; j += 1) {
    const weight = exampleWeights?.[j] ?? 1;
    for (let n = offsets[j]; n < offsets[j + 1]; n += 1) {
      losses[j] += weight * (values?.[n] ?? 1) * (logTotal[j] - read[n]);
    }
    loss += losses[j] / m;
  }
  return { loss, losses, noise: 0, skipped: 0 };
}

/** Outputs of some ids, which may repeat [m, ids.length], in mnd. */
export async function sampledScores(
  { backend, buffers, weights }: SampledInput,
  hidden: Matrix,
  ids: Uint32Array,
): Promise<HostMatrix> {
  const scores = buffers.get("scores", hidden.rows, ids.length);
  backend.gemm(hidden, await weights.gather(buffers, ids), scores, { transposeB: true });
  const [read] = await backend.readMany([scores]);
  return hostMatrix(hidden.rows, ids.length, Float64Array.from(read));
}

/** The k most probable outputs of each example, in mDd. */
export async function fullTopK(input: SampledInput, hidden: Matrix, k: number): Promise<TopK> {
  const collector = new TopKCollector(hidden.rows, k, undefined);
  const largest = new Float64Array(hidden.rows).fill(-Infinity);
  const total = new Float64Array(hidden.rows);
  for await (const { ids, block } of input.weights.blocks(input.buffers)) {
    const [outputs] = await input.backend.readMany([blockOutputs(input, hidden, block)]);
    addExponentials(outputs, ids.length, largest, total);
    collector.add(ids, outputs);
  }
  return collector.finish((output, row) => Math.exp(output - largest[row]) / total[row]);
}

function blockOutputs({ backend, buffers, weights }: SampledInput, hidden: Matrix, block: Matrix): Matrix {
  const name = block.rows === weights.blockRows ? "blockOutputs" : "lastOutputs";
  const outputs = buffers.get(name, hidden.rows, block.rows);
  backend.gemm(hidden, block, outputs, { transposeB: true });
  return outputs;
}
