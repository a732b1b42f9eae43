/**
 * One step of squared error in a dense layer, around an engine's pass over W: what touches the target rows alone is a
 * few thousand multiply-adds, done here. Losses and gradients are means over the batch, targets 1 at one id an example.
 *
 * @param row  id → a writable view of its row of W; it need not outlive the next call
 * @param pass  (H, S) → O W [m, d] with O = H Wᵀ, and then W ← W + Oᵀ S in place
 */
export async function squaredErrorStep({ row, pass }, { hidden, targets }, learningRate) {
  const { rows: m, columns: d, data: h } = hidden;
  const { ids } = targets;
  const targetRows = new Float32Array(m * d);
  for (let j = 0; j < m; j += 1) targetRows.set(row(ids[j]), j * d);

  const rate = (2 * learningRate) / m;
  const products = await pass(
    h,
    h.map((value) => -rate * value),
  );

  // ‖W h‖² = h · (Wᵀ W h): no pass over the outputs.
  let loss = 1;
  const hiddenGradient = new Float32Array(m * d);
  for (let i = 0; i < m * d; i += 1) {
    loss += (h[i] * (products[i] - 2 * targetRows[i])) / m;
    hiddenGradient[i] = (2 / m) * (products[i] - targetRows[i]);
  }
  for (let j = 0; j < m; j += 1) {
    const target = row(ids[j]);
    for (let f = 0; f < d; f += 1) target[f] += rate * h[j * d + f];
  }
  return { loss, hiddenGradient };
}

/** First rows of the blocks that D rows make. */
export function blockStarts(outputs, blockRows) {
  return Array.from({ length: Math.ceil(outputs / blockRows) }, (_, block) => block * blockRows);
}
