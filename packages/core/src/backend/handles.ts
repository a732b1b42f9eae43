import type { Matrix } from "../contract/index.ts";
import { WideheadError } from "../errors.ts";

type Named = Readonly<Record<string, Matrix>>;

/** Where a matrix lies inside the allocation that it is part of. */
interface Place {
  readonly allocation: object;
  readonly row: number;
  readonly column: number;
}

/** Which matrices a backend handed out, and which of them share elements. */
export class Handles {
  readonly #places = new WeakMap<Matrix, Place>();

  /** Records a new allocation. */
  own(matrix: Matrix): Matrix {
    this.#places.set(matrix, { allocation: matrix, row: 0, column: 0 });
    return matrix;
  }

  /** Records a view that begins at [row, column] of `matrix`, which may be a view itself. */
  window(view: Matrix, matrix: Matrix, row: number, column: number): Matrix {
    const outer = this.#places.get(matrix)!;
    this.#places.set(view, { allocation: outer.allocation, row: outer.row + row, column: outer.column + column });
    return view;
  }

  has(matrix: Matrix): boolean {
    return this.#places.has(matrix);
  }

  /** Throws ERR_FOREIGN_HANDLE, ERR_DISPOSED. */
  check(op: string, matrices: Named): void {
    for (const [argument, matrix] of Object.entries(matrices)) {
      if (!this.has(matrix)) {
        throw new WideheadError(
          "ERR_FOREIGN_HANDLE",
          `${op}: ${argument} must be a matrix of this backend, got one of another`,
          { op, argument },
        );
      }
      if (matrix.disposed) {
        const shape = [matrix.rows, matrix.columns];
        throw new WideheadError("ERR_DISPOSED", `${op}: ${argument} [${shape}] must be alive, but it was disposed`, {
          op,
          argument,
          shape,
        });
      }
    }
  }

  /** Throws ERR_OPTION where the output shares elements with an input. */
  checkApart(op: string, output: Named, inputs: Named): void {
    this.#checkOverlap(op, output, inputs, () => false);
  }

  /** As checkApart, but the output may be exactly the input. */
  checkSameOrApart(op: string, output: Named, inputs: Named): void {
    this.#checkOverlap(op, output, inputs, (one, other) => one.row === other.row && one.column === other.column);
  }

  #checkOverlap(op: string, output: Named, inputs: Named, allowed: (one: Place, other: Place) => boolean): void {
    for (const [argument, out] of Object.entries(output)) {
      for (const [other, input] of Object.entries(inputs)) {
        const outPlace = this.#places.get(out)!;
        const inputPlace = this.#places.get(input)!;
        if (!overlap(out, outPlace, input, inputPlace) || allowed(outPlace, inputPlace)) continue;
        throw new WideheadError("ERR_OPTION", `${op}: ${argument} must not overlap ${other}, but they share memory`, {
          op,
          argument,
          overlaps: other,
        });
      }
    }
  }
}

function overlap(one: Matrix, onePlace: Place, other: Matrix, otherPlace: Place): boolean {
  return (
    onePlace.allocation === otherPlace.allocation &&
    intersect(onePlace.row, one.rows, otherPlace.row, other.rows) &&
    intersect(onePlace.column, one.columns, otherPlace.column, other.columns)
  );
}

function intersect(first: number, count: number, otherFirst: number, otherCount: number): boolean {
  return Math.max(first, otherFirst) < Math.min(first + count, otherFirst + otherCount);
}
