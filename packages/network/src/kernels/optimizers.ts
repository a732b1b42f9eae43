import type { FloatArray } from "@widehead/core";
import type { AdamConstants, RowUpdate } from "./kernels.ts";

export function sgd({ values, columns, rows, gradient, learningRate }: RowUpdate): void {
  for (let i = 0, begin = 0; begin < gradient.length; i += 1, begin += columns) {
    const first = rows === undefined ? begin : rows[i] * columns;
    for (let j = 0; j < columns; j += 1) values[first + j] -= learningRate * gradient[begin + j];
  }
}

export function momentum(update: RowUpdate, velocity: FloatArray, decay: number): void {
  const { values, columns, rows, gradient, learningRate } = update;
  for (let i = 0, begin = 0; begin < gradient.length; i += 1, begin += columns) {
    const first = rows === undefined ? begin : rows[i] * columns;
    for (let j = 0; j < columns; j += 1) {
      const moved = decay * velocity[first + j] + gradient[begin + j];
      velocity[first + j] = moved;
      values[first + j] -= learningRate * moved;
    }
  }
}

export function adagrad(update: RowUpdate, squares: FloatArray, epsilon: number): void {
  const { values, columns, rows, gradient, learningRate } = update;
  for (let i = 0, begin = 0; begin < gradient.length; i += 1, begin += columns) {
    const first = rows === undefined ? begin : rows[i] * columns;
    for (let j = 0; j < columns; j += 1) {
      const slope = gradient[begin + j];
      const sum = squares[first + j] + slope * slope;
      squares[first + j] = sum;
      values[first + j] -= (learningRate * slope) / (Math.sqrt(sum) + epsilon);
    }
  }
}

export function adam(
  update: RowUpdate,
  mean: FloatArray,
  square: FloatArray,
  steps: Uint32Array,
  { meanDecay, squareDecay, epsilon, weightDecay }: AdamConstants,
): void {
  const { values, columns, rows, gradient, learningRate } = update;
  const keep = 1 - learningRate * weightDecay;
  for (let i = 0, begin = 0; begin < gradient.length; i += 1, begin += columns) {
    const row = rows === undefined ? i : rows[i];
    const first = row * columns;
    steps[row] += 1;
    const rate = learningRate / (1 - meanDecay ** steps[row]);
    const rootCorrection = 1 / Math.sqrt(1 - squareDecay ** steps[row]);
    for (let j = 0; j < columns; j += 1) {
      const at = first + j;
      const slope = gradient[begin + j];
      const average = meanDecay * mean[at] + (1 - meanDecay) * slope;
      const squares = squareDecay * square[at] + (1 - squareDecay) * slope * slope;
      mean[at] = average;
      square[at] = squares;
      values[at] = keep * values[at] - (rate * average) / (Math.sqrt(squares) * rootCorrection + epsilon);
    }
  }
}
