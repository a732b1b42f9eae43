import type { Rates } from "../batch-layer.ts";
import type { Buffers } from "../buffers.ts";
import type { Backend, Matrix, SparseTargets, SphericalLoss } from "../contract/index.ts";
import { type Judged, judge } from "../judge.ts";
import { type BlockTargets, splitByBlock } from "./blocks.ts";
import { blockOutputs, type DensePass, type PassInput, RowSquares, targetOutputs } from "./pass.ts";

/** The batch as the products with W see it, written once for all blocks. */
interface Loaded {
  readonly hidden: Matrix;
  /** diag(a)H [m, d]; undefined where a differs from block to block. */
  readonly scaled: Matrix | undefined;
  /** a [m, 1], or [m, blocks]. */
  readonly scales: Matrix;
  /** bᵀH [1, d]; undefined where b = 0. */
  readonly sharedHidden: Matrix | undefined;
  readonly split: ReadonlyMap<number, BlockTargets>;
}

function load(
  { backend, buffers, weights }: PassInput,
  hidden: Matrix,
  targets: SparseTargets,
  { denseScales, shared, values }: { denseScales: Float64Array; shared: Float64Array; values: Float64Array },
): Loaded & { readonly shared: Matrix } {
  const [m, d] = [hidden.rows, hidden.columns];
  const scales = buffers.get("scales", m, denseScales.length === m ? 1 : weights.count);
  backend.write(scales, denseScales);
  const sharedSlopes = buffers.get("shared", m, 1);
  backend.write(sharedSlopes, shared);
  const scaled = scales.columns === 1 ? scaledBy(buffers, backend, hidden, scales) : undefined;
  let sharedHidden: Matrix | undefined;
  if (shared.some((slope) => slope !== 0)) {
    sharedHidden = buffers.get("sharedHidden", 1, d);
    backend.gemm(sharedSlopes, hidden, sharedHidden, { transposeA: true });
  }
  const split = splitByBlock(targets.offsets, targets.ids, values, weights);
  return { hidden, scaled, scales, sharedHidden, shared: sharedSlopes, split };
}

function scaledBy(buffers: Buffers, backend: Backend, hidden: Matrix, scale: Matrix): Matrix {
  const scaled = buffers.get("scaledHidden", hidden.rows, hidden.columns);
  backend.combine(scaled, [{ matrix: hidden, scale }]);
  return scaled;
}

function loadPass(input: PassInput, pass: DensePass, targets: SparseTargets) {
  const { denseScales, shared, targets: values } = pass.gradient;
  return load(input, pass.hidden, targets, { denseScales, shared, values });
}

/** G [m, d] = diag(a) A W + b w̄ᵀ + T W, in mDd. */
export function hiddenGradientOf(input: PassInput, pass: DensePass, targets: SparseTargets): Matrix {
  const { backend, buffers, weights } = input;
  const { hidden, gradient } = pass;
  const { scales, shared, sharedHidden, split } = loadPass(input, pass, targets);
  const total = buffers.get("hiddenGradient", hidden.rows, hidden.columns);
  backend.fill(total, 0);
  for (const [block, outputs] of gradient.dense.entries()) {
    if (scales.columns === 1) {
      backend.gemm(outputs, weights.at(block), total, { beta: 1 });
      continue;
    }
    const part = buffers.get("blockHiddenGradient", hidden.rows, hidden.columns);
    backend.gemm(outputs, weights.at(block), part);
    const scale = backend.view(scales, 0, block, hidden.rows, 1);
    backend.combine(total, [{ matrix: total }, { matrix: part, scale }]);
  }
  if (scales.columns === 1) backend.combine(total, [{ matrix: total, scale: scales }]);
  if (sharedHidden !== undefined) backend.gemm(shared, weights.sum(buffers), total, { beta: 1 });
  for (const [block, { sparse }] of split) backend.sparseGemm(sparse, weights.at(block), total, { beta: 1 });
  return total;
}

/** out ← βout + α(AᵀHdiag(a) + 1(bᵀH) + TᵀH) for one block of outputs. */
function addBlockGradient(
  { backend, buffers, weights }: PassInput,
  loaded: Loaded,
  block: number,
  outputs: Matrix,
  out: Matrix,
  factors: { readonly alpha: number; readonly beta: number },
): void {
  const { alpha } = factors;
  const { hidden, scales } = loaded;
  const scaled = loaded.scaled ?? scaledBy(buffers, backend, hidden, backend.view(scales, 0, block, hidden.rows, 1));
  backend.gemm(outputs, scaled, out, { transposeA: true, ...factors });
  if (loaded.sharedHidden !== undefined) {
    backend.gemm(weights.ones(buffers, out.rows), loaded.sharedHidden, out, { alpha, beta: 1 });
  }
  const entries = loaded.split.get(block);
  if (entries !== undefined) backend.sparseGemm(entries.transposed, loaded.hidden, out, { alpha, beta: 1 });
}

/** W ← cW − η∇W, in mDd. */
export function applyUpdate(input: PassInput, pass: DensePass, targets: SparseTargets, rates: Rates): void {
  const loaded = loadPass(input, pass, targets);
  const factors = { alpha: -rates.learningRate, beta: rates.keep };
  for (const [block, outputs] of pass.gradient.dense.entries()) {
    addBlockGradient(input, loaded, block, outputs, input.weights.at(block), factors);
  }
}

/** ‖∇W‖ (Frobenius), in mDd. */
export async function denseGradientNorm(input: PassInput, pass: DensePass, targets: SparseTargets): Promise<number> {
  const { backend, buffers, weights } = input;
  const loaded = loadPass(input, pass, targets);
  let total = 0;
  for (const [block, outputs] of pass.gradient.dense.entries()) {
    const rows = weights.at(block).rows;
    const gradient = buffers.get("blockGradient", rows, weights.features);
    addBlockGradient(input, loaded, block, outputs, gradient, { alpha: 1, beta: 0 });
    const squares = buffers.get("gradientSquares", rows, 1);
    backend.rowDots(gradient, gradient, squares);
    const [read] = await backend.readMany([squares]);
    for (const square of read) total += square;
  }
  return Math.sqrt(total);
}

/**
 * Gradient and update in one pass over W, three products a block and no [m, D] matrix, for losses whose slopes are
 * known before the outputs are: the best that a dense layer can do for squared error.
 *
 * @returns the judged batch and its hidden gradient, of the weights before the update
 */
export async function onePassUpdate(
  input: PassInput,
  hidden: Matrix,
  targets: SparseTargets,
  loss: SphericalLoss,
  rates: Rates,
): Promise<{ readonly judged: Judged; readonly hiddenGradient: Matrix }> {
  const { backend, buffers, weights, undefinedExamples } = input;
  const m = hidden.rows;
  const outputsAt = await targetOutputs(input, hidden, targets);
  const seen = { outputs: weights.outputs, outputsAt, sums: new Float64Array(m), noise: new Float64Array(m) };
  const { slopes } = judge(loss, undefinedExamples, targets, { ...seen, deviation: new Float64Array(m) });
  const loaded = load(input, hidden, targets, {
    denseScales: slopes.squares,
    shared: slopes.sums,
    values: slopes.targets,
  });

  const total = buffers.get("hiddenGradient", m, hidden.columns);
  backend.fill(total, 0);
  const squares = new RowSquares(input, m);
  const factors = { alpha: -rates.learningRate, beta: rates.keep };
  // The targets' part first: the pass below changes W block by block.
  const targetPart = buffers.get("targetPart", m, hidden.columns);
  backend.fill(targetPart, 0);
  for (const [block, { sparse }] of loaded.split)
    backend.sparseGemm(sparse, weights.at(block), targetPart, { beta: 1 });
  for (let block = 0; block < weights.count; block += 1) {
    const rows = weights.at(block);
    const outputs = blockOutputs(input, m, block, false);
    backend.gemm(hidden, rows, outputs, { transposeB: true });
    backend.gemm(outputs, rows, total, { beta: 1 });
    squares.add(outputs, block);
    addBlockGradient(input, loaded, block, outputs, rows, factors);
  }
  backend.combine(total, [{ matrix: total, scale: loaded.scales }, { matrix: targetPart }]);
  const deviation = await squares.total();
  const noise = deviation.map((square) => backend.numerics.roundoff * square);
  return { judged: judge(loss, undefinedExamples, targets, { ...seen, deviation, noise }), hiddenGradient: total };
}
