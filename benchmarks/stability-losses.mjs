/**
 * The slopes of a batch's mean loss as the spherical family has them: ∂L/∂o = a·o + b·1 + t for each example, t sparse.
 *
 * @param sums  squares q_c about the mean and sums s of the outputs, [m] each
 * @param outputs  [entries], outputs at the targets' non-zeros
 */
export function batchSlopes(loss, targets, { squaredDeviations, sums }, outputs) {
  const { rows, offsets, outputs: outputCount } = targets;
  const outputSlopes = new Float64Array(outputs.length);
  const values = new Float64Array(outputs.length).fill(1);
  const result = { value: 0, squaresSlope: 0, sumSlope: 0 };
  const [losses, a, b] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let j = 0; j < rows; j += 1) {
    loss.evaluate(
      {
        squaredDeviation: squaredDeviations[j],
        sum: sums[j],
        outputCount,
        noise: 0,
        example: j,
        begin: offsets[j],
        end: offsets[j + 1],
        outputs,
        values,
        positiveWeights: undefined,
        outputSlopes,
      },
      result,
    );
    losses[j] = result.value;
    a[j] = (2 * result.squaresSlope) / rows;
    b[j] = result.sumSlope / rows;
  }
  return { losses, a, b, t: outputSlopes.map((slope) => slope / rows) };
}
