import type { FloatArray } from "@widehead/core";

/** Each row ← (row − mean)/√(variance + ε), its factor in `inverseDeviations` [Ba et al. 2016, eq. 4]. */
export function normalize(values: FloatArray, columns: number, epsilon: number, inverseDeviations: Float64Array): void {
  for (let row = 0, begin = 0; begin < values.length; row += 1, begin += columns) {
    let sum = 0;
    for (let j = 0; j < columns; j += 1) sum += values[begin + j];
    const mean = sum / columns;
    let squares = 0;
    for (let j = 0; j < columns; j += 1) squares += (values[begin + j] - mean) ** 2;
    const inverse = 1 / Math.sqrt(squares / columns + epsilon);
    for (let j = 0; j < columns; j += 1) values[begin + j] = (values[begin + j] - mean) * inverse;
    inverseDeviations[row] = inverse;
  }
}

/** gradient ← (gradient − mean(gradient) − y·mean(gradient ∘ y))/√(variance + ε), y the normalised row. */
export function normalizeBackward(
  normalized: FloatArray,
  columns: number,
  inverseDeviations: Float64Array,
  gradient: FloatArray,
): void {
  for (let row = 0, begin = 0; begin < gradient.length; row += 1, begin += columns) {
    let sum = 0;
    let dot = 0;
    for (let j = 0; j < columns; j += 1) {
      sum += gradient[begin + j];
      dot += gradient[begin + j] * normalized[begin + j];
    }
    const inverse = inverseDeviations[row];
    const shift = sum / columns;
    const slope = dot / columns;
    for (let j = 0; j < columns; j += 1) {
      const at = begin + j;
      gradient[at] = (gradient[at] - shift - normalized[at] * slope) * inverse;
    }
  }
}
