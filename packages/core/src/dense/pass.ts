import type { Buffers } from "../buffers.ts";
import type { Backend, Matrix, SparseTargets, SphericalLoss } from "../contract/index.ts";
import { type Judged, judge } from "../judge.ts";
import { checkFiniteRows } from "../validate.ts";
import { splitByBlock, type WeightBlocks } from "./blocks.ts";

/**
 * The gradient of a batch with respect to the outputs, as factors:  ∂L/∂o = a·A + b·1 + t,  A [m, D] dense in blocks, and a
 * different from block to block where the numbers of A are relative to something of their own block.
 */
export interface OutputGradient {
  /** A of each block [m, block rows]. */
  readonly dense: readonly Matrix[];
  /** a [m, blocks], or the same for all blocks [m]. */
  readonly denseScales: Float64Array;
  /** b [m]. */
  readonly shared: Float64Array;
  /** T over the ids of the batch. */
  readonly targets: Float64Array;
}

export interface DensePass extends Judged {
  readonly hidden: Matrix;
  readonly gradient: OutputGradient;
}

export interface PassInput {
  readonly backend: Backend;
  readonly buffers: Buffers;
  readonly weights: WeightBlocks;
  readonly undefinedExamples: "throw" | "skip";
}

/** oₖ at the target's non-zeros, in mKd. Comes first in every pass, and refuses activations that are not finite. */
export async function targetOutputs(
  { backend, buffers, weights }: PassInput,
  hidden: Matrix,
  targets: SparseTargets,
): Promise<Float64Array> {
  const split = splitByBlock(targets.offsets, targets.ids, new Float64Array(targets.ids.length), weights);
  const outputs = new Float64Array(targets.ids.length);
  const sampled = buffers.get("sampled", targets.ids.length, 1);
  let first = 0;
  for (const [block, { sparse, entries }] of split) {
    backend.sampledDots(sparse, hidden, weights.at(block), backend.view(sampled, first, 0, entries.length, 1));
    first += entries.length;
  }
  const hiddenSquares = buffers.get("hiddenSquares", hidden.rows, 1);
  backend.rowDots(hidden, hidden, hiddenSquares);
  const [read, squares] = await backend.readMany([sampled, hiddenSquares]);
  checkFiniteRows(squares);
  let at = 0;
  for (const { entries } of split.values()) for (const entry of entries) outputs[entry] = read[at++];
  return outputs;
}

/**
 * All outputs about their mean, in blocks, and what a loss of the family makes of them. mDd.
 *
 * Blocks hold O − μ1ᵀ, μ = s/D, so that the squares never cancel against the mean; the mean goes into b.
 */
export async function centredPass(
  input: PassInput,
  hidden: Matrix,
  targets: SparseTargets,
  loss: SphericalLoss,
  keepOutputs: boolean,
): Promise<DensePass> {
  const { backend, buffers, weights } = input;
  const [m, D] = [hidden.rows, weights.outputs];
  const outputsAt = await targetOutputs(input, hidden, targets);
  const means = buffers.get("means", m, 1);
  backend.gemm(hidden, weights.sum(buffers), means, { transposeB: true, alpha: 1 / D });
  const squares = new RowSquares(input, m);
  const dense: Matrix[] = [];
  for (let block = 0; block < weights.count; block += 1) {
    const outputs = blockOutputs(input, m, block, keepOutputs);
    backend.gemm(hidden, weights.at(block), outputs, { transposeB: true });
    backend.gemm(means, weights.ones(buffers, outputs.columns), outputs, { transposeB: true, alpha: -1, beta: 1 });
    squares.add(outputs, block);
    dense.push(outputs);
  }
  const [mean] = await backend.readMany([means]);
  const deviation = await squares.total();
  const judged = judge(loss, input.undefinedExamples, targets, {
    outputs: D,
    outputsAt,
    sums: Float64Array.from(mean, (value) => D * value),
    deviation,
    noise: deviation.map((square) => backend.numerics.roundoff * square),
  });
  const { squares: denseScales, sums } = judged.slopes;
  const shared = sums.map((slope, j) => slope + denseScales[j] * mean[j]);
  return { ...judged, hidden, gradient: { dense, denseScales, shared, targets: judged.slopes.targets } };
}

/** Scratch for a block's outputs [m, block rows]: one for all blocks, or one for each where they are to be kept. */
export function blockOutputs({ buffers, weights }: PassInput, m: number, block: number, keep: boolean): Matrix {
  const rows = weights.at(block).rows;
  const shared = rows === weights.blockRows ? "outputs" : "lastOutputs";
  return buffers.get(keep ? `outputs${block}` : shared, m, rows);
}

/** ‖row‖² over matrices that come block by block, summed in float64 with one read at the end. */
export class RowSquares {
  readonly #backend: Backend;
  readonly #squares: Matrix;

  constructor({ backend, buffers, weights }: PassInput, rows: number) {
    this.#backend = backend;
    this.#squares = buffers.get("rowSquares", rows, weights.count);
  }

  add(matrix: Matrix, block: number): void {
    const column = this.#backend.view(this.#squares, 0, block, matrix.rows, 1);
    this.#backend.rowDots(matrix, matrix, column);
  }

  /** [rows]. */
  async total(): Promise<Float64Array> {
    const { rows, columns } = this.#squares;
    const [squares] = await this.#backend.readMany([this.#squares]);
    const total = new Float64Array(rows);
    for (let i = 0; i < squares.length; i += 1) total[Math.floor(i / columns)] += squares[i];
    return total;
  }
}
