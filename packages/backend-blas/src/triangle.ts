import type { Dtype } from "@widehead/core";
import type { Foreign } from "./library/native.ts";
import { left, lower, nonUnit, plain, type Routines, rowMajor, unit, upper } from "./library/routines.ts";
import type { Place } from "./place.ts";
import { Workspace } from "./workspace.ts";

/** Side of a diagonal block: the fastest of 16, 32, 48 and 64, measured for systems of 32 to 512. */
export const blockSize = 16;

/** Largest ‖D‖‖D⁻¹‖/size (Frobenius) of a diagonal block D whose inverse stands in for substitution. */
const conditionLimit = 8;

/** A unit matrix of the size of a block. */
export class UnitBlock extends Workspace {
  constructor(dtype: Dtype, foreign: Foreign) {
    super(dtype, foreign, blockSize * blockSize);
    for (let i = 0; i < blockSize; i += 1) this.values[i * (blockSize + 1)] = 1;
  }
}

/**
 * Solves with the diagonal blocks of L or of U, as LAPACK packs both in one matrix: by a product with a block's inverse
 * where the block is well conditioned, so that residuals stay of the size of substitution's [Higham 2002, §8.2, §14.2],
 * and by substitution elsewhere. OpenBLAS's substitution takes five times as long as a product of this size.
 */
export class Triangle {
  readonly #routines: Routines;
  readonly #unitBlock: UnitBlock;
  readonly #which: number;
  readonly #diagonal: number;
  readonly #inverses: Workspace;
  #inverted = new Uint8Array(0);

  constructor(side: "lower" | "upper", routines: Routines, unitBlock: UnitBlock, inverses: Workspace) {
    this.#which = side === "lower" ? lower : upper;
    this.#diagonal = side === "lower" ? unit : nonUnit;
    this.#routines = routines;
    this.#unitBlock = unitBlock;
    this.#inverses = inverses;
  }

  /** Makes room for a matrix [n, n]. */
  reserve(n: number): void {
    const blocks = Math.ceil(n / blockSize);
    this.#inverses.reserve(blocks * blockSize * blockSize);
    if (this.#inverted.length < blocks) this.#inverted = new Uint8Array(blocks);
  }

  /** Prepares the block at [start, start]; `squares` is its squared Frobenius norm. */
  prepare(start: number, size: number, packed: Place, squares: number): void {
    const { trsm, norm } = this.#routines;
    const inverse = this.#inverseOf(start);
    const first = start * blockSize;
    this.#inverses.values.set(this.#unitBlock.values, first);
    // biome-ignore format: one line for each matrix
    trsm(
      rowMajor, left, this.#which, plain, this.#diagonal, size, size, 1,
      packed.at(start, start), packed.stride,
      inverse, blockSize,
    );
    const condition = Math.sqrt(squares) * norm(size * blockSize, inverse, 1);
    this.#inverted[start / blockSize] = condition <= conditionLimit * size ? 1 : 0;
  }

  /** Rows start … start + size of target ← D⁻¹ · the same rows of source, which may be overwritten. */
  solve(start: number, size: number, packed: Place, source: Place, target: Place, columns: number): void {
    const { trsm, gemm } = this.#routines;
    const inverted = this.#inverted[start / blockSize] === 1;
    if (!inverted) {
      // biome-ignore format: one line for each matrix
      trsm(
        rowMajor, left, this.#which, plain, this.#diagonal, size, columns, 1,
        packed.at(start, start), packed.stride,
        source.at(start, 0), source.stride,
      );
    }
    // biome-ignore format: one line for each matrix
    gemm(
      rowMajor, plain, plain, size, columns, size, 1,
      inverted ? this.#inverseOf(start) : this.#unitBlock.address, blockSize,
      source.at(start, 0), source.stride,
      0, target.at(start, 0), target.stride,
    );
  }

  #inverseOf(start: number): number {
    return this.#inverses.address + start * blockSize * this.#inverses.values.BYTES_PER_ELEMENT;
  }
}
