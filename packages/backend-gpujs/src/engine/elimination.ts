import type { Engine, Storage, Window } from "./engine.ts";
import type { KernelSource } from "./source.ts";

/** Rows of the solution that one kernel finds. */
const SUBSTITUTED = 4;

/** [A | B | 0]. */
const augment: KernelSource = {
  name: "augment",
  parameters: { a: "matrix", b: "matrix", size: "integer", width: "integer" },
  body: `
    if (column < size) {
      return a[aOrigin + row * aRow + column * aColumn];
    }
    if (column < size + width) {
      return b[bOrigin + row * bRow + (column - size) * bColumn];
    }
    return 0;`,
};

/**
 * The system once column k − 1 is eliminated, with the pivot of column k. Its last column says, in row 0, which row is
 * largest in column k, from row k on; or −1 − k for the first k for which that is zero or not finite. It is found by one
 * thread, while the others subtract row `pivot` of column k − 1. Comparisons with NaN are false, and so find fault.
 */
const eliminate: KernelSource = {
  name: "eliminate",
  parameters: { a: "matrix", k: "integer" },
  body: `
    const last = columns - 1;
    const pivot = a[aOrigin + last * aColumn];
    const above = k - 1;
    let chosen = pivot | 0;
    if (k === 0 || pivot < 0) { chosen = above; }
    const left = aOrigin + above * aColumn;
    const top = aOrigin + chosen * aRow;
    if (column < last) {
      let source = row;
      if (row === chosen) { source = above; }
      if (row === above) { source = chosen; }
      const element = a[aOrigin + source * aRow + column * aColumn];
      if (k === 0 || row < k) {
        return element;
      }
      return element - a[left + source * aRow] / a[top + above * aColumn] * a[top + column * aColumn];
    }
    if (row > 0 || pivot < 0) {
      return pivot;
    }
    let best = k;
    let largest = 0;
    for (let i = k; i < rows; i++) {
      let source = i;
      if (i === chosen) { source = above; }
      let element = a[aOrigin + source * aRow + k * aColumn];
      if (k > 0) {
        element -= a[left + source * aRow] / a[top + above * aColumn] * a[top + k * aColumn];
      }
      const size = Math.abs(element);
      if (i === k || size > largest) {
        largest = size;
        best = i;
      }
    }
    if (largest > 0 && largest <= 3.4028234e38) {
      return best;
    }
    return -1 - k;`,
};

/** What {@link eliminate} found, as the contract has it. */
const failure: KernelSource = {
  name: "failure",
  parameters: { found: "matrix" },
  body: "return Math.max(0, -found[foundOrigin + row * foundRow + column * foundColumn]);",
};

/** Rows k … k + 3 of the solution, as far as there are such, and what they take from the rows above. */
const substitute: KernelSource = {
  name: "substitute",
  parameters: { u: "matrix", x: "matrix", k: "integer" },
  body: `
    const at = xOrigin + column * xColumn;
    const element = x[at + row * xRow];
    if (row >= k + ${SUBSTITUTED}) {
      return element;
    }
    const diagonal = uOrigin + k * uRow + k * uColumn;
    ${solvedRows().join("\n    ")}
    const across = uOrigin + row * uRow + k * uColumn;
    return element${lanes((n) => ` - u[across + ${n} * uColumn] * x${n}`).join("")};`,
};

/** Declares x3 … x0, and ends where the thread's own row is among them. */
function solvedRows(): readonly string[] {
  return lanes((n) => {
    const known = lanes((m) => (m > n ? ` - u[diagonal + ${n} * uRow + ${m} * uColumn] * x${m}` : "")).join("");
    return `let x${n} = 0;
    if (k + ${n} < rows) {
      x${n} = (x[at + (k + ${n}) * xRow]${known}) / u[diagonal + ${n} * uRow + ${n} * uColumn];
    }
    if (row === k + ${n}) {
      return x${n};
    }`;
  }).reverse();
}

function lanes(text: (n: number) => string): string[] {
  return Array.from({ length: SUBSTITUTED }, (_, n) => text(n));
}

/** {@link Engine.solve} by kernels alone, five calls for four rows, so that nothing leaves the GPU. */
export function solveByKernels(engine: Engine, a: Window, b: Window, out: Window, status: Window): void {
  const [n, columns] = [a.rows, b.columns];
  const [system, solution] = [engine.allocate(n, n + columns + 1), engine.allocate(n, columns)];
  const augmented = part(system, 0, n + columns + 1);
  engine.compute(augment, [a, b, n, columns], augmented);
  for (let k = 0; k < n; k += 1) engine.compute(eliminate, [augmented, k], augmented);
  engine.compute(failure, [part(system, n + columns, 1)], status);
  let right = part(system, n, columns);
  for (let block = Math.ceil(n / SUBSTITUTED) - 1; block >= 0 && columns > 0; block -= 1) {
    const next = block === 0 ? out : part(solution, 0, columns);
    engine.compute(substitute, [augmented, right, block * SUBSTITUTED], next);
    right = next;
  }
  engine.release(system);
  engine.release(solution);
}

/** All rows of so many columns of a storage. */
function part(storage: Storage, column: number, columns: number): Window {
  return { storage, rows: storage.rows, columns, origin: column, rowStride: storage.columns, columnStride: 1 };
}
