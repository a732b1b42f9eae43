import { median } from "./batches.mjs";

/** Rows of V that are rewritten together. */
const blockRows = 4_096;
const passes = 5;
const sampledBatches = 50;

/**
 * What the papers' repair would cost a step at the least: each singular value of U that leaves [0.5, 2] is set to 1, and V
 * is rewritten for it. For squared error U ← U(I − ηK), K = 2HᵀH/m, so a step multiplies det U by det(I − ηK) ≤ exp(−η tr K),
 * and a repair multiplies it by 2/(1 − ηλ), λ the largest eigenvalue of K, at the most: so many repairs there are. In favour
 * of the papers, all repairs of one step share one pass over V, and finding them costs nothing.
 */
export async function eagerRepair(backend, { outputs, features, batch }, batches) {
  const passMs = await timePass(backend, outputs, features);
  const samples = Array.from({ length: sampledBatches }, () => curvature(batches.next().value.hidden, batch));
  const trace = samples.reduce((sum, { trace }) => sum + trace, 0) / samples.length;
  const largest = Math.max(...samples.map(({ largest }) => largest));
  const repairsAt = (learningRate) => (learningRate * trace) / Math.log(2 / Math.max(1e-3, 1 - learningRate * largest));
  return {
    passMs,
    trace,
    largest,
    millisecondsAt: (learningRate) => Math.min(1, repairsAt(learningRate)) * passMs,
  };
}

/** Median of V ← V + (V p)pᵀ/2, block by block, over as many rows as there are. */
async function timePass(backend, outputs, features) {
  const count = Math.ceil(outputs / blockRows);
  const blocks = Array.from({ length: count }, () => backend.allocate(blockRows, features));
  const [p, Vp] = [backend.allocate(features, 1), backend.allocate(blockRows, 1)];
  const times = [];
  for (let pass = 0; pass < passes; pass += 1) {
    const start = performance.now();
    for (const block of blocks) {
      backend.gemm(block, p, Vp);
      backend.gemm(Vp, p, block, { transposeB: true, alpha: 0.5, beta: 1 });
    }
    await backend.settle();
    times.push(performance.now() - start);
  }
  for (const matrix of [...blocks, p, Vp]) matrix[Symbol.dispose]();
  return median(times);
}

/** tr K and, by power iteration from the constant feature, the largest eigenvalue of K. */
function curvature({ columns, data }, batch) {
  const trace = (2 * data.reduce((sum, value) => sum + value * value, 0)) / batch;
  let vector = new Float64Array(columns).fill(0);
  vector[columns - 1] = 1;
  let largest = 0;
  for (let iteration = 0; iteration < 20; iteration += 1) {
    const next = new Float64Array(columns);
    for (let j = 0; j < batch; j += 1) {
      let dot = 0;
      for (let i = 0; i < columns; i += 1) dot += data[j * columns + i] * vector[i];
      for (let i = 0; i < columns; i += 1) next[i] += (2 / batch) * dot * data[j * columns + i];
    }
    largest = Math.hypot(...next);
    vector = next.map((value) => value / largest);
  }
  return { trace, largest };
}
