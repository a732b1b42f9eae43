import { type FloatArray, findTensor, readAllFloats, type Snapshot, type Tensor, tensorOf } from "@widehead/core";

/** Keeps a row that has seen no gradient from a division by zero. */
const smallest = 1e-10;

/**
 * Adagrad with one sum for each row:  Gₖ += ‖gₖ‖²/d,  Wₖ ← Wₖ − η gₖ / √Gₖ.  Eight bytes an output.
 *
 * @see Duchi et al. 2011, Adaptive subgradient methods; one sum a row as in FBGEMM's exact_row_wise_adagrad
 */
export class RowAdagrad {
  #sums: Float64Array;

  constructor(sums: Float64Array) {
    this.#sums = sums;
  }

  /** @throws WideheadError ERR_FORMAT */
  static async restore(snapshot: Snapshot, outputs: number): Promise<RowAdagrad> {
    const sums = await readAllFloats(findTensor(snapshot, "adagrad", [outputs]), "float64");
    return new RowAdagrad(Float64Array.from(sums));
  }

  get bytes(): number {
    return this.#sums.byteLength;
  }

  /** Takes the rows' squared gradients [r] in, and returns their learning rates, negative. */
  advance(ids: Uint32Array, squares: FloatArray, features: number, learningRate: number): Float64Array {
    const rates = new Float64Array(ids.length);
    for (let r = 0; r < ids.length; r += 1) {
      const sum = this.#sums[ids[r]] + squares[r] / features;
      this.#sums[ids[r]] = sum;
      rates[r] = -learningRate / Math.sqrt(sum + smallest);
    }
    return rates;
  }

  grow(count: number): void {
    const sums = new Float64Array(this.#sums.length + count);
    sums.set(this.#sums);
    this.#sums = sums;
  }

  tensors(): Tensor[] {
    return [tensorOf("adagrad", [this.#sums.length], this.#sums)];
  }
}
