import { WideheadError } from "@widehead/core";
import { Growing } from "../growing.ts";
import { type SparseMatrix, sparse } from "./matrix.ts";

/** What an id that comes again in a row does: adds its value, replaces the one before, or is an error. */
export type Repeated = "sum" | "last" | "reject";

/** The error for the given entry, whose id came before in its row. */
export type RepeatedError = (entry: number) => WideheadError;

/** Collects rows of a sparse matrix one after the other; ids are kept ascending in each. */
export class RowCollector {
  readonly #repeated: Repeated;
  readonly #offsets: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);
  readonly #ids: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);
  readonly #values: Growing<Float32Array<ArrayBuffer>> = new Growing(Float32Array);
  #binary = true;
  #width = 0;

  constructor(repeated: Repeated) {
    this.#repeated = repeated;
    this.#offsets.push(0);
  }

  get rows(): number {
    return this.#offsets.length - 1;
  }

  /** 1 + the largest id so far. */
  get width(): number {
    return this.#width;
  }

  /** Appends a row of n entries, values 1 unless given, in O(n log n). Throws ERR_DUPLICATE_ID, or what `repeatedError` makes. */
  add(ids: ArrayLike<number>, values?: ArrayLike<number>, repeatedError?: RepeatedError): void {
    const order = Uint32Array.from(ids, (_, k) => k).sort((a, b) => ids[a] - ids[b] || a - b);
    for (let i = 0; i < order.length; i += 1) {
      const id = ids[order[i]];
      let value = values === undefined ? 1 : values[order[i]];
      for (; i + 1 < order.length && ids[order[i + 1]] === id; i += 1) {
        if (this.#repeated === "reject") throw repeatedError?.(order[i + 1]) ?? duplicateId(this.rows, id);
        const next = values === undefined ? 1 : values[order[i + 1]];
        value = this.#repeated === "sum" ? value + next : next;
      }
      this.#ids.push(id);
      this.#values.push(value);
      this.#binary &&= value === 1;
      this.#width = Math.max(this.#width, id + 1);
    }
    this.#offsets.push(this.#ids.length);
  }

  /** The matrix so far, with values only where one is not 1. */
  build(columns: number): SparseMatrix {
    const values = this.#binary ? undefined : this.#values.view().slice();
    return sparse(this.rows, columns, this.#offsets.view().slice(), this.#ids.view().slice(), values);
  }
}

function duplicateId(row: number, id: number): WideheadError {
  const message = `SparseMatrix: ids of a row must differ, got ${id} twice in row ${row}`;
  return new WideheadError("ERR_DUPLICATE_ID", message, { argument: "ids", row, id });
}

/** Collects entries of a sparse matrix in any order: 12 bytes each, 16 with `reject`. */
export class PairCollector {
  readonly #repeated: Repeated;
  readonly #rows: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);
  readonly #ids: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);
  readonly #values: Growing<Float32Array<ArrayBuffer>> = new Growing(Float32Array);
  readonly #lines: Growing<Uint32Array<ArrayBuffer>> = new Growing(Uint32Array);

  constructor(repeated: Repeated) {
    this.#repeated = repeated;
  }

  get length(): number {
    return this.#ids.length;
  }

  add(row: number, id: number, value: number, line: number): void {
    this.#rows.push(row);
    this.#ids.push(id);
    this.#values.push(value);
    if (this.#repeated === "reject") this.#lines.push(line);
  }

  /** The matrix, in O(pairs + rows) and a sort of each row. Throws what `repeatedError` makes of the pair's line. */
  build(rows: number, columns: number, repeatedError: RepeatedError): SparseMatrix {
    const [pairRows, pairIds, pairValues] = [this.#rows.view(), this.#ids.view(), this.#values.view()];
    const lines = this.#lines.view();
    const { offsets, order } = groupByRow(rows, pairRows);
    const collector = new RowCollector(this.#repeated);
    for (let row = 0; row < rows; row += 1) {
      const pairs = order.subarray(offsets[row], offsets[row + 1]);
      const ids = Uint32Array.from(pairs, (pair) => pairIds[pair]);
      const values = Float32Array.from(pairs, (pair) => pairValues[pair]);
      collector.add(ids, values, (entry) => repeatedError(lines[pairs[entry]]));
    }
    return collector.build(columns);
  }
}

/** Which pairs are of which row, in their order: a counting sort. */
function groupByRow(rows: number, pairRows: Uint32Array): { offsets: Uint32Array; order: Uint32Array } {
  const offsets = new Uint32Array(rows + 1);
  for (const row of pairRows) offsets[row + 1] += 1;
  for (let row = 0; row < rows; row += 1) offsets[row + 1] += offsets[row];
  const next = offsets.slice(0, -1);
  const order = new Uint32Array(pairRows.length);
  for (let pair = 0; pair < order.length; pair += 1) {
    order[next[pairRows[pair]]] = pair;
    next[pairRows[pair]] += 1;
  }
  return { offsets, order };
}
