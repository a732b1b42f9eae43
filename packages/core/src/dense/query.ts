import type { HostMatrix, Loss, Matrix, TopK } from "../contract/index.ts";
import { hostMatrix } from "../matrix.ts";
import { TopKCollector } from "../topk.ts";
import { blockOutputs, type PassInput } from "./pass.ts";
import { addExponentials } from "./softmax.ts";

/** Outputs of some ids [m, ids.length], in mnd. */
export async function denseScores(
  { backend, buffers, weights }: PassInput,
  hidden: Matrix,
  ids: Uint32Array,
): Promise<HostMatrix> {
  const rows = buffers.get("scoredRows", ids.length, weights.features);
  backend.write(rows, await weights.read(ids));
  const scores = buffers.get("scores", hidden.rows, ids.length);
  backend.gemm(hidden, rows, scores, { transposeB: true });
  const [read] = await backend.readMany([scores]);
  return hostMatrix(hidden.rows, ids.length, Float64Array.from(read));
}

/** The k best outputs of each example, in mDd. */
export async function denseTopK(input: PassInput, hidden: Matrix, k: number, loss: Loss): Promise<TopK> {
  const { backend, buffers, weights } = input;
  const [m, D] = [hidden.rows, weights.outputs];
  const likelihood = loss.family === "spherical" ? loss.likelihood : undefined;
  const collector = new TopKCollector(m, k, likelihood && ((output) => likelihood.mass(output)));
  const means = buffers.get("means", m, 1);
  backend.gemm(hidden, weights.sum(buffers), means, { transposeB: true, alpha: 1 / D });
  const [mean] = await backend.readMany([means]);
  const deviation = new Float64Array(m);
  const largest = new Float64Array(m).fill(-Infinity);
  const total = new Float64Array(m);
  for (let block = 0; block < weights.count; block += 1) {
    const outputs = blockOutputs(input, m, block, false);
    backend.gemm(hidden, weights.at(block), outputs, { transposeB: true });
    const [read] = await backend.readMany([outputs]);
    const { columns } = outputs;
    for (let i = 0; i < read.length; i += 1) {
      const row = Math.floor(i / columns);
      deviation[row] += (read[i] - mean[row]) ** 2;
    }
    if (loss.family === "dense") addExponentials(read, columns, largest, total);
    collector.add(
      Uint32Array.from({ length: columns }, (_, i) => block * weights.blockRows + i),
      read,
    );
  }
  if (loss.family === "dense") {
    return collector.finish((output, row) => Math.exp(output - largest[row]) / total[row]);
  }
  return collector.finish(
    likelihood && ((output, row) => likelihood.mass(output) / likelihood.total(deviation[row], D * mean[row], D)),
  );
}
