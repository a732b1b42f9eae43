import type { Backend, Matrix } from "../contract/index.ts";

/**
 * The factored weights W = V U + 1ωᵀ less V, as one stacked matrix S [3d + 2, d], so that one product H Sᵀ gives
 * everything a batch needs and one product Xᵀ H updates everything (algorithm: Vincent et al. 2015, eqs. 4–6, centred).
 *
 *     S = [ U⁻ᵀ ; Q_c ; U ; ωᵀ ; w̄ᵀ ],   w̄ = Wᵀ1,   Q_c = WᵀW − w̄w̄ᵀ/D
 *
 * U, ω and w̄ lie together because [Y | τ | −τ/D] [U ; ω ; w̄] is one product too.
 */
export class StackedState implements Disposable {
  readonly matrix: Matrix;
  /** U⁻ᵀ [d, d]. */
  readonly inverse: Matrix;
  /** Q_c [d, d]. */
  readonly gram: Matrix;
  /** U [d, d]. */
  readonly transform: Matrix;
  /** [ω ; w̄] [2, d]. */
  readonly vectors: Matrix;
  /** ω [1, d]. */
  readonly offset: Matrix;
  /** w̄ [1, d]. */
  readonly sum: Matrix;
  /** [U ; ω ; w̄] [d + 2, d]. */
  readonly extended: Matrix;
  /** [Q_c ; U ; ω ; w̄] [2d + 2, d]: what a forward pass without an update needs. */
  readonly observed: Matrix;

  constructor(backend: Backend, features: number) {
    const d = features;
    this.matrix = backend.allocate(3 * d + 2, d);
    this.inverse = backend.view(this.matrix, 0, 0, d, d);
    this.gram = backend.view(this.matrix, d, 0, d, d);
    this.transform = backend.view(this.matrix, 2 * d, 0, d, d);
    this.vectors = backend.view(this.matrix, 3 * d, 0, 2, d);
    this.offset = backend.view(this.matrix, 3 * d, 0, 1, d);
    this.sum = backend.view(this.matrix, 3 * d + 1, 0, 1, d);
    this.extended = backend.view(this.matrix, 2 * d, 0, d + 2, d);
    this.observed = backend.view(this.matrix, d, 0, 2 * d + 2, d);
  }

  [Symbol.dispose](): void {
    this.matrix[Symbol.dispose]();
  }
}
