import { type HostMatrix, hostMatrix, type Loss, type SparseTargets, type UpdateOptions } from "@widehead/core";
import { multiply } from "./curvature.ts";
import { explicitLoss } from "./losses.ts";

export interface Batch {
  /** H [m, d]. */
  readonly hidden: HostMatrix;
  readonly targets: SparseTargets;
}

/** Everything that plain gradient descent knows of one batch. */
export interface DenseGradient {
  readonly loss: number;
  /** [m], weight × loss. */
  readonly losses: Float64Array;
  /** [m, d]. */
  readonly hiddenGradient: Float64Array;
  /** ∇W [D, d]. */
  readonly weightGradient: Float64Array;
  /** ‖∇W‖, Frobenius. */
  readonly gradientNorm: number;
  readonly scales: GradientScales;
}

/** Sizes of what a loss and its gradients are put together from: their round-off is in proportion, however they cancel. */
export interface GradientScales {
  readonly losses: number;
  readonly hiddenGradient: number;
  readonly gradientSquares: number;
}

/** Loss and gradients of a batch by definition, with W [D, d] and every output explicit, in float64: O(m D d). */
export function denseGradient(weights: HostMatrix, loss: Loss, { hidden, targets }: Batch): DenseGradient {
  const { rows: count, columns: features } = weights;
  const evaluate = explicitLoss(loss);
  const losses = new Float64Array(hidden.rows);
  const hiddenGradient = new Float64Array(hidden.rows * features);
  const weightGradient = new Float64Array(count * features);
  const slopes = new Float64Array(count);
  const scales = { losses: 0, hiddenGradient: 0 };
  let gradientScale = 0;
  const weightNorm = norm(weights.data);
  for (let j = 0; j < hidden.rows; j += 1) {
    const h = hidden.data.subarray(j * features, (j + 1) * features);
    const exampleWeight = targets.exampleWeights?.[j] ?? 1;
    const { value, curvature } = evaluate({ outputs: product(weights, h), ...explicitTargets(targets, j) }, slopes);
    losses[j] = exampleWeight * value;
    const outputNorm = norm(h) * weightNorm;
    const slopeNorm = (exampleWeight * (Math.abs(curvature) * outputNorm + norm(slopes))) / hidden.rows;
    const lossScale = exampleWeight * (Math.abs(value) + Math.abs(curvature) * outputNorm ** 2);
    scales.losses = Math.max(scales.losses, lossScale);
    scales.hiddenGradient = Math.max(scales.hiddenGradient, slopeNorm * weightNorm);
    gradientScale += slopeNorm * norm(h);
    for (let i = 0; i < count; i += 1) {
      const slope = (exampleWeight * slopes[i]) / hidden.rows;
      for (let f = 0; f < features; f += 1) {
        hiddenGradient[j * features + f] += slope * weights.data[i * features + f];
        weightGradient[i * features + f] += slope * h[f];
      }
    }
  }
  return {
    loss: hidden.rows === 0 ? 0 : losses.reduce((total, value) => total + value, 0) / hidden.rows,
    losses,
    hiddenGradient,
    weightGradient,
    gradientNorm: norm(weightGradient),
    // squares are summed over d, too: √d round-offs at random
    scales: { ...scales, gradientSquares: Math.sqrt(features) * gradientScale ** 2 },
  };
}

/**
 * W ← (1 − η·decay) W − η ∇W C, with the step scaled down as clipping does to bring ∇W itself to its norm. Returns a new W.
 *
 * @param rightFactor  C [d, d], the identity unless given
 */
export function descend(
  weights: HostMatrix,
  gradient: DenseGradient,
  update: UpdateOptions,
  rightFactor?: HostMatrix,
): HostMatrix {
  const { rows, columns } = weights;
  const { learningRate, weightDecay = 0, clipNorm = Infinity } = update;
  const clipping = gradient.gradientNorm > clipNorm ? clipNorm / gradient.gradientNorm : 1;
  const plain = hostMatrix(rows, columns, gradient.weightGradient);
  const { data: direction } = rightFactor === undefined ? plain : multiply(plain, rightFactor);
  const data = Float64Array.from(
    weights.data,
    (w, i) => (1 - learningRate * weightDecay) * w - learningRate * clipping * direction[i],
  );
  return hostMatrix(rows, columns, data);
}

/** w̄ = Wᵀ1 [d], from W itself. */
export function rowSum({ columns, data }: HostMatrix): Float64Array {
  const sum = new Float64Array(columns);
  for (let i = 0; i < data.length; i += 1) sum[i % columns] += data[i];
  return sum;
}

/** Q_c = Σᵢ (Wᵢ − w̄/D)(Wᵢ − w̄/D)ᵀ [d, d], from W itself. */
export function centredGram(weights: HostMatrix): Float64Array {
  const { rows, columns, data } = weights;
  const sum = rowSum(weights);
  const gram = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i += 1) {
    const centred = sum.map((total, f) => data[i * columns + f] - total / rows);
    for (let f = 0; f < columns; f += 1) {
      for (let g = 0; g < columns; g += 1) gram[f * columns + g] += centred[f] * centred[g];
    }
  }
  return gram;
}

/** o = W h [D]. */
function product({ rows, columns, data }: HostMatrix, h: HostMatrix["data"]): Float64Array {
  const outputs = new Float64Array(rows);
  for (let i = 0; i < rows; i += 1) {
    for (let f = 0; f < columns; f += 1) outputs[i] += data[i * columns + f] * h[f];
  }
  return outputs;
}

function explicitTargets(sparse: SparseTargets, example: number): { targets: Float64Array; weights: Float64Array } {
  const targets = new Float64Array(sparse.outputs);
  const weights = new Float64Array(sparse.outputs).fill(Number.NaN);
  for (let k = sparse.offsets[example]; k < sparse.offsets[example + 1]; k += 1) {
    targets[sparse.ids[k]] = sparse.values?.[k] ?? 1;
    weights[sparse.ids[k]] = sparse.positiveWeights?.[k] ?? 1;
  }
  return { targets, weights };
}

export function norm(numbers: HostMatrix["data"]): number {
  let squares = 0;
  for (const number of numbers) squares += number ** 2;
  return Math.sqrt(squares);
}
