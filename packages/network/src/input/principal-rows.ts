import { type Backend, createRandom, type HostMatrix, hostMatrix } from "@widehead/core";
import { fillNormal } from "../parameter.ts";
import { optionError, requireInteger, requireName, requirePositive } from "../validate.ts";
import { orthonormalColumns } from "./orthonormal.ts";
import { checkSparse, type SparseInput } from "./sparse-input.ts";
import { type Combine, combines, combineWeights } from "./sparse-weights.ts";

export interface PrincipalRowsOptions {
  /** Where the dense products run. */
  readonly backend: Backend;
  /** k, the model's `embedding`: at most the number of inputs. */
  readonly embedding: number;
  /** The model's own. "sum" unless told. */
  readonly combine?: Combine;
  /** Which outputs the examples should have, [examples, outputs]: then directions that tell outputs apart count for more. */
  readonly targets?: SparseInput;
  /** Of the targets' values beside the examples' weights. 0.6 unless told. */
  readonly targetWeight?: number;
  readonly seed: number;
  /** Products with XᵀX: the more, the nearer to the principal directions. 4 unless told. */
  readonly iterations?: number;
}

/**
 * First input rows that keep as much of the examples X as rows of k numbers can: an orthonormal basis [inputs, k] of X's
 * principal directions, not centred, by randomised subspace iteration. With targets Y, the part for X of such a basis of
 * [X, αY]. O(entries · k + (inputs + outputs) k² + k³) an iteration.
 *
 * @throws WideheadError ERR_OPTION, ERR_SHAPE, ERR_INDEX_RANGE, ERR_NOT_FINITE
 * @see Halko, Martinsson & Tropp 2011, Finding structure with randomness, alg. 4.4
 */
export async function principalRows(examples: SparseInput, options: PrincipalRowsOptions): Promise<HostMatrix> {
  const { backend, embedding, combine = "sum", targets, targetWeight = 0.6, seed, iterations = 4 } = options;
  requireInteger("embedding", embedding, 1);
  if (embedding > examples.columns) throw optionError("embedding", `at most ${examples.columns} inputs`, embedding);
  requireName("combine", combine, combines);
  requirePositive("targetWeight", targetWeight);
  requireInteger("seed", seed, Number.MIN_SAFE_INTEGER);
  requireInteger("iterations", iterations, 1);
  checkSparse("examples", examples, { columns: examples.columns });
  if (targets) checkSparse("targets", targets, { rows: examples.rows, columns: targets.columns });
  const blocks: Block[] = [{ ...examples, weights: combineWeights(combine, examples), first: 0 }];
  if (targets) {
    const weights = combineWeights("sum", targets).map((value) => targetWeight * value);
    blocks.push({ ...targets, weights, first: examples.columns });
  }
  const height = examples.columns + (targets?.columns ?? 0);
  const start = new Float64Array(height * embedding);
  fillNormal(start, 1, createRandom(seed).fork("principal rows"));
  let basis = hostMatrix(height, embedding, start);
  for (let i = 0; i < iterations; i += 1) {
    basis = await orthonormalColumns(backend, productWithGram(examples.rows, blocks, basis));
  }
  // Once more: the first time leaves what the condition of the product cost.
  const { data } = await orthonormalColumns(backend, basis);
  return hostMatrix(examples.columns, embedding, data.slice(0, examples.columns * embedding));
}

/** Sparse columns from `first` on. */
interface Block extends Pick<SparseInput, "offsets" | "ids"> {
  readonly weights: Float64Array;
  readonly first: number;
}

/** XᵀX B, one example at a time; X's columns are those of all blocks. */
function productWithGram(
  rows: number,
  blocks: readonly Block[],
  { rows: height, columns, data }: HostMatrix,
): HostMatrix {
  const product = new Float64Array(data.length);
  const projected = new Float64Array(columns);
  for (let row = 0; row < rows; row += 1) {
    projected.fill(0);
    for (const { offsets, ids, weights, first } of blocks) {
      for (let n = offsets[row]; n < offsets[row + 1]; n += 1) {
        const at = (first + ids[n]) * columns;
        for (let j = 0; j < columns; j += 1) projected[j] += weights[n] * data[at + j];
      }
    }
    for (const { offsets, ids, weights, first } of blocks) {
      for (let n = offsets[row]; n < offsets[row + 1]; n += 1) {
        const at = (first + ids[n]) * columns;
        for (let j = 0; j < columns; j += 1) product[at + j] += weights[n] * projected[j];
      }
    }
  }
  return hostMatrix(height, columns, product);
}
