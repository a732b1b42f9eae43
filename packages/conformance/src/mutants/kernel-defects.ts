import { type Backend, floatArray, type Matrix, type SparseMatrix } from "@widehead/core";
import { replace } from "../replace.ts";

/** Multiplies without the last row of the product. */
export function gemmWithoutLastRow(backend: Backend): Backend {
  return replace(backend, {
    gemm(a, b, out, options = {}) {
      const rows = Math.max(0, out.rows - 1);
      using target = backend.view(out, 0, 0, rows, out.columns);
      using left = options.transposeA ? backend.view(a, 0, 0, a.rows, rows) : backend.view(a, 0, 0, rows, a.columns);
      backend.gemm(left, b, target, options);
    },
  });
}

/** Adds up term by term, and rounds to float32 after each. */
export function accumulateInFloat32(backend: Backend): Backend {
  return replace(backend, {
    gemm(a, b, out, { transposeA = false, transposeB = false, alpha = 1, beta = 0 } = {}) {
      if (beta === 0) backend.fill(out, 0);
      else backend.combine(out, [{ matrix: out, factor: beta }]);
      const inner = transposeA ? a.rows : a.columns;
      for (let k = 0; k < inner; k += 1) {
        using left = transposeA ? backend.view(a, k, 0, 1, a.columns) : backend.view(a, 0, k, a.rows, 1);
        using right = transposeB ? backend.view(b, 0, k, b.rows, 1) : backend.view(b, k, 0, 1, b.columns);
        backend.gemm(left, right, out, { transposeA, transposeB, alpha, beta: 1 });
        roundToFloat32(backend, out);
      }
    },
  });
}

/** Rounds float64 numbers to 24 bits by splitting [Veltkamp 1968]. */
function roundToFloat32(backend: Backend, matrix: Matrix): void {
  using large = backend.allocate(matrix.rows, matrix.columns);
  using rest = backend.allocate(matrix.rows, matrix.columns);
  backend.combine(large, [{ matrix, factor: 2 ** 29 + 1 }]);
  backend.combine(rest, [{ matrix: large }, { matrix, factor: -1 }]);
  backend.combine(matrix, [{ matrix: large }, { matrix: rest, factor: -1 }]);
}

/** Gives the square at the corner of the parent in place of the one asked for. */
export function viewsWithoutOffset(backend: Backend): Backend {
  return replace(backend, {
    view: (matrix, _row, _column, rows, columns) => backend.view(matrix, 0, 0, rows, columns),
  });
}

/** Fills views as if their rows followed each other without a gap. */
export function fillWithoutStride(backend: Backend): Backend {
  const gaps = new WeakMap<Matrix, { readonly parent: Matrix; readonly row: number; readonly column: number }>();
  return replace(backend, {
    view(matrix, row, column, rows, columns) {
      const view = backend.view(matrix, row, column, rows, columns);
      gaps.set(view, { parent: matrix, row, column });
      return view;
    },
    fill(out, value) {
      const gap = gaps.get(out);
      if (gap === undefined) return backend.fill(out, value);
      const { parent, row, column } = gap;
      const first = row * parent.columns + column;
      for (let i = first; i < first + out.rows * out.columns; i += 1) {
        using element = backend.view(parent, Math.floor(i / parent.columns), i % parent.columns, 1, 1);
        backend.fill(element, value);
      }
    },
  });
}

/** Eliminates in the order of the rows. Exact where no pivoting is needed. */
export function solveWithoutPivoting(backend: Backend): Backend {
  return replace(backend, {
    luSolve(a, b, out, status) {
      backend.combine(out, [{ matrix: b }]);
      backend.fill(status, 0);
      using factor = backend.allocate(1, 1);
      for (let k = 0; k < a.rows; k += 1) {
        using pivot = backend.view(a, k, k, 1, 1);
        for (let i = 0; i < a.rows; i += 1) {
          if (i === k) continue;
          using entry = backend.view(a, i, k, 1, 1);
          using one = backend.allocate(1, 1);
          backend.combine(one, [{ matrix: pivot }]);
          backend.luSolve(one, entry, factor, status);
          subtractRow(backend, a, k, i, factor);
          subtractRow(backend, out, k, i, factor);
        }
      }
      for (let k = 0; k < a.rows; k += 1) {
        using pivot = backend.view(a, k, k, 1, 1);
        using row = backend.view(out, k, 0, 1, out.columns);
        backend.luSolve(pivot, row, row, status);
      }
      backend.fill(status, 0);
    },
  });
}

/** Row `to` loses factor · row `from`. */
function subtractRow(backend: Backend, matrix: Matrix, from: number, to: number, factor: Matrix): void {
  using source = backend.view(matrix, from, 0, 1, matrix.columns);
  using target = backend.view(matrix, to, 0, 1, matrix.columns);
  backend.combine(target, [{ matrix: target }, { matrix: source, factor: -1, scale: factor }]);
}

/** Each row keeps only the last entry of each id. */
export function lastEntryOfEachId(sparse: SparseMatrix): SparseMatrix {
  const values = sparse.values.slice();
  for (let j = 0; j < sparse.rows; j += 1) {
    const seen = new Set<number>();
    for (let n = sparse.offsets[j + 1]! - 1; n >= sparse.offsets[j]!; n -= 1) {
      if (seen.has(sparse.columnIds[n]!)) values[n] = 0;
      seen.add(sparse.columnIds[n]!);
    }
  }
  return { ...sparse, values };
}

/** Rounds every number to float32 on its way in. */
export function writesInFloat32(backend: Backend): Backend {
  return replace(backend, {
    write(matrix, data) {
      const rounded = floatArray("float32", data.length);
      rounded.set(data);
      backend.write(matrix, rounded);
    },
  });
}
