import { type FloatArray, floatArray, type HostMatrix, hostMatrix, type Random } from "@widehead/core";
import { Finish, type FinishOptions } from "../hidden/finish.ts";
import { createParameter, fillNormal, type Gradient, type Parameter } from "../parameter.ts";
import { DistinctRows } from "./distinct-rows.ts";
import type { InputLayer } from "./input-layer.ts";
import { checkSparse, requireDistinct, type SparseInput } from "./sparse-input.ts";
import { type Combine, combineWeights } from "./sparse-weights.ts";

export interface SparseLayerOptions extends Omit<FinishOptions, "name"> {
  readonly inputs: number;
  readonly combine: Combine;
  /** Fraction of an example's entries that a training step leaves out. */
  readonly inputDropout: number;
  /** Standard deviation of the first rows. */
  readonly deviation: number;
  /** Source of the first rows; zeros without one. */
  readonly random: Random | undefined;
}

/**
 * A table [inputs, e] whose rows an example's entries select, weigh and add up, with what {@link Finish} adds: a dense
 * layer of sparse inputs. The table is one array in memory, so that rows are found without a search; gradients and
 * updates are of touched rows alone. O(entries·e).
 */
export class SparseLayer implements InputLayer<SparseInput> {
  readonly table: Parameter;
  readonly width: number;
  readonly #options: SparseLayerOptions;
  readonly #finish: Finish;
  readonly #distinct: DistinctRows = new DistinctRows();
  #latest: { readonly input: SparseInput; readonly weights: Float64Array } | undefined;
  #gradient: FloatArray;

  constructor(options: SparseLayerOptions) {
    const { inputs, width, dtype, deviation, random } = options;
    this.#options = options;
    this.width = width;
    this.table = createParameter("embedding", inputs, width, dtype);
    if (random) fillNormal(this.table.values, deviation, random);
    this.#finish = new Finish({ ...options, name: "input" });
    this.#gradient = floatArray(dtype, 0);
  }

  get parameters(): Parameter[] {
    return [this.table, ...this.#finish.parameters];
  }

  check(input: SparseInput): void {
    checkSparse("input", input, { columns: this.table.rows });
    requireDistinct("input", input, this.#distinct);
  }

  /** [m, e]; an example without entries is 0 before the bias. */
  forward(input: SparseInput, random: Random | undefined): HostMatrix {
    const { combine, inputDropout, dtype } = this.#options;
    const { values: table, columns } = this.table;
    const { rows, offsets, ids } = input;
    const drop = random && inputDropout > 0 ? { dropout: inputDropout, random } : undefined;
    const weights = combineWeights(combine, input, drop);
    this.#latest = { input, weights };
    const sums = floatArray(dtype, rows * columns);
    for (let row = 0; row < rows; row += 1) {
      for (let k = offsets[row]; k < offsets[row + 1]; k += 1) {
        if (weights[k] !== 0) addMultiple(sums, row * columns, weights[k], table, ids[k] * columns, columns);
      }
    }
    return this.#finish.forward(hostMatrix(rows, columns, sums), random);
  }

  backward(gradient: HostMatrix): Gradient[] {
    const parameters = this.#finish.backward(gradient);
    return [...parameters, this.#tableGradient(gradient)];
  }

  #tableGradient({ data }: HostMatrix): Gradient {
    const { input, weights } = this.#latest!;
    const { rows: inputs, columns } = this.table;
    const distinct = this.#distinct;
    distinct.begin(inputs, input.ids.length);
    const slots = new Uint32Array(weights.length);
    for (let k = 0; k < slots.length; k += 1) if (weights[k] !== 0) slots[k] = distinct.add(input.ids[k]);
    const rows = distinct.rows();
    const values = this.#zeros(rows.length * columns);
    for (let row = 0; row < input.rows; row += 1) {
      for (let k = input.offsets[row]; k < input.offsets[row + 1]; k += 1) {
        if (weights[k] !== 0) addMultiple(values, slots[k] * columns, weights[k], data, row * columns, columns);
      }
    }
    return { parameter: this.table, rows, values };
  }

  /** Scratch that lives until the next call: the gradient of a batch is too large to allocate for each. */
  #zeros(length: number): FloatArray {
    if (this.#gradient.length < length) this.#gradient = floatArray(this.#options.dtype, Math.ceil(1.25 * length));
    return this.#gradient.subarray(0, length).fill(0);
  }
}

/** out[at + j] += factor · row[from + j]. */
function addMultiple(
  out: FloatArray,
  at: number,
  factor: number,
  row: FloatArray,
  from: number,
  columns: number,
): void {
  for (let j = 0; j < columns; j += 1) out[at + j] += factor * row[from + j];
}
