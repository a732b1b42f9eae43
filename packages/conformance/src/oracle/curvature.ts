import { type CurvatureOptions, type HostMatrix, hostMatrix, type PreconditionerFactory } from "@widehead/core";

/** A preconditioner under test, and what it is by definition. */
export interface Preconditioning {
  readonly factory: PreconditionerFactory;
  /** Begins a run: gives C [d, d] of each step from that step's H. */
  begin(): RightFactors;
}

export type RightFactors = (hidden: HostMatrix) => HostMatrix;

/** C from the damped mean M + λI [d, d]. */
type Invert = (damped: HostMatrix) => HostMatrix;

/**
 * C = invert(M + λI), λ = damping · tr(M)/d, M the running mean of hhᵀ: batch t = 1, 2, … counts in it, with weight
 * max(1 − decay, 1/(t + warmUp)), before its own C is formed; before the first batch M is (tr/d)I, of that batch's trace.
 * C is formed at t = 1, and then whenever t has doubled or refreshEvery steps have gone by.
 */
export function curvature({ damping, decay, refreshEvery, warmUp }: CurvatureOptions, invert: Invert): RightFactors {
  let mean: HostMatrix | undefined;
  let inverse: HostMatrix | undefined;
  let step = 0;
  let nextRefresh = 1;
  return (hidden) => {
    const d = hidden.columns;
    const moment = meanOuterProduct(hidden);
    step += 1;
    const weight = Math.max(1 - decay, 1 / (step + warmUp));
    const before = mean ?? scaledIdentity(d, trace(moment) / d);
    const averaged = moment.data.map((value, at) => weight * value + (1 - weight) * before.data[at]);
    mean = hostMatrix(d, d, averaged);
    if (inverse === undefined || step >= nextRefresh) {
      const damped = scaledIdentity(d, (damping * trace(mean)) / d);
      for (let at = 0; at < d * d; at += 1) damped.data[at] += averaged[at];
      inverse = invert(damped);
      nextRefresh = step + Math.min(step, refreshEvery);
    }
    return inverse;
  };
}

/** M⁻¹ by elimination without pivots, of a matrix that is positive definite. */
export function fullInverse(matrix: HostMatrix): HostMatrix {
  const d = matrix.rows;
  const left = Float64Array.from(matrix.data);
  const right = scaledIdentity(d, 1);
  for (let pivot = 0; pivot < d; pivot += 1) {
    const scale = left[pivot * d + pivot];
    for (let j = 0; j < d; j += 1) {
      left[pivot * d + j] /= scale;
      right.data[pivot * d + j] /= scale;
    }
    for (let i = 0; i < d; i += 1) {
      if (i === pivot) continue;
      const factor = left[i * d + pivot];
      for (let j = 0; j < d; j += 1) {
        left[i * d + j] -= factor * left[pivot * d + j];
        right.data[i * d + j] -= factor * right.data[pivot * d + j];
      }
    }
  }
  return right;
}

/** diag(1/Mⱼⱼ). */
export function diagonalInverse({ rows, data }: HostMatrix): HostMatrix {
  const inverse = hostMatrix(rows, rows);
  for (let j = 0; j < rows; j += 1) inverse.data[j * rows + j] = 1 / data[j * rows + j];
  return inverse;
}

/** A · B. */
export function multiply(a: HostMatrix, b: HostMatrix): HostMatrix {
  const product = hostMatrix(a.rows, b.columns);
  for (let i = 0; i < a.rows; i += 1) {
    for (let k = 0; k < a.columns; k += 1) {
      const factor = a.data[i * a.columns + k];
      for (let j = 0; j < b.columns; j += 1) product.data[i * b.columns + j] += factor * b.data[k * b.columns + j];
    }
  }
  return product;
}

/** HᵀH/m. */
function meanOuterProduct({ rows, columns, data }: HostMatrix): HostMatrix {
  const moment = hostMatrix(columns, columns);
  for (let j = 0; j < rows; j += 1) {
    for (let f = 0; f < columns; f += 1) {
      for (let g = 0; g < columns; g += 1) {
        moment.data[f * columns + g] += (data[j * columns + f] * data[j * columns + g]) / rows;
      }
    }
  }
  return moment;
}

function scaledIdentity(size: number, value: number): HostMatrix {
  const identity = hostMatrix(size, size);
  for (let i = 0; i < size; i += 1) identity.data[i * size + i] = value;
  return identity;
}

function trace({ rows, data }: HostMatrix): number {
  let total = 0;
  for (let i = 0; i < rows; i += 1) total += data[i * rows + i];
  return total;
}
