import { type Backend, type Matrix, memoryRows, type RowStore } from "@widehead/core";
import { replace } from "./replace.ts";

/** Multiply-adds of kernels, and numbers that crossed between host, backend and row store. */
export interface Work {
  kernelCalls: number;
  multiplyAdds: number;
  moved: number;
}

/** Counts what a layer does: give it `backend` and `store(…)`. */
export class WorkCounter {
  readonly backend: Backend;
  #work: Work = { kernelCalls: 0, multiplyAdds: 0, moved: 0 };

  constructor(backend: Backend) {
    this.backend = this.#counted(backend);
  }

  /** What was done since the last call. */
  take(): Work {
    const work = this.#work;
    this.#work = { kernelCalls: 0, multiplyAdds: 0, moved: 0 };
    return work;
  }

  /** An empty row store in memory whose traffic counts. */
  store(outputs: number, features: number): RowStore {
    const store = memoryRows({ outputs, features, dtype: this.backend.numerics.dtype });
    return replace(store, {
      read: (ids, rows, epochs) => {
        this.#work.moved += rows.length;
        return store.read(ids, rows, epochs);
      },
      write: (ids, rows, epochs) => {
        this.#work.moved += rows.length;
        return store.write(ids, rows, epochs);
      },
      scan: (position, ids, rows, epochs) => {
        this.#work.moved += rows.length;
        return store.scan(position, ids, rows, epochs);
      },
    });
  }

  #counted(backend: Backend): Backend {
    const kernel = (multiplyAdds: number): void => {
      this.#work.kernelCalls += 1;
      this.#work.multiplyAdds += multiplyAdds;
    };
    return replace(backend, {
      gemm(a, b, out, options) {
        kernel(size(out) * (options?.transposeA ? a.rows : a.columns));
        backend.gemm(a, b, out, options);
      },
      rowDots(a, b, out) {
        kernel(size(a));
        backend.rowDots(a, b, out);
      },
      combine(out, terms) {
        kernel(size(out) * terms.length);
        backend.combine(out, terms);
      },
      addTranspose(a, out) {
        kernel(size(a));
        backend.addTranspose(a, out);
      },
      luSolve(a, b, out, status) {
        kernel(size(a) * (a.rows + b.columns));
        backend.luSolve(a, b, out, status);
      },
      sampledDots(pattern, left, right, out) {
        kernel(pattern.columnIds.length * left.columns);
        backend.sampledDots(pattern, left, right, out);
      },
      sparseGemm(sparse, b, out, options) {
        kernel(sparse.columnIds.length * b.columns + size(out));
        backend.sparseGemm(sparse, b, out, options);
      },
      fill(out, value) {
        kernel(size(out));
        backend.fill(out, value);
      },
      write: (matrix, data) => {
        this.#work.moved += data.length;
        backend.write(matrix, data);
      },
      readMany: (matrices) => {
        for (const matrix of matrices) this.#work.moved += size(matrix);
        return backend.readMany(matrices);
      },
    });
  }
}

function size(matrix: Matrix): number {
  return matrix.rows * matrix.columns;
}
