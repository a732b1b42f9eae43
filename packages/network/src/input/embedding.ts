import { type Dtype, floatArray, type HostMatrix, hostMatrix, type Random, WideheadError } from "@widehead/core";
import { createParameter, fillNormal, type Gradient, type Parameter } from "../parameter.ts";
import { requireIds } from "../validate.ts";
import { DistinctRows } from "./distinct-rows.ts";
import type { InputLayer } from "./input-layer.ts";

export interface EmbeddingOptions {
  /** Number of words. */
  readonly words: number;
  /** Length e of a word's vector. */
  readonly size: number;
  /** Words c of a context. */
  readonly context: number;
  readonly dtype: Dtype;
  /** Source of the first vectors; zeros without one. */
  readonly random?: Random | undefined;
}

/** A table [words, e] of word vectors; a context of c words becomes its c vectors side by side, [c·e] [Bengio 2003]. */
export class Embedding implements InputLayer<Uint32Array> {
  readonly table: Parameter;
  readonly width: number;
  readonly #context: number;
  readonly #dtype: Dtype;
  readonly #distinct: DistinctRows = new DistinctRows();
  #latest: Uint32Array = new Uint32Array(0);

  constructor({ words, size, context, dtype, random }: EmbeddingOptions) {
    this.table = createParameter("embedding", words, size, dtype);
    this.width = context * size;
    this.#context = context;
    this.#dtype = dtype;
    // Vectors of length about 1, whatever e is.
    const deviation = 1 / Math.sqrt(size);
    if (random) fillNormal(this.table.values, deviation, random);
  }

  get parameters(): Parameter[] {
    return [this.table];
  }

  check(contexts: Uint32Array): void {
    requireIds("contexts", contexts, this.table.rows);
    if (contexts.length % this.#context === 0) return;
    const message = `contexts must have a multiple of ${this.#context} ids, got ${contexts.length}`;
    throw new WideheadError("ERR_SHAPE", message, {
      argument: "contexts",
      expected: this.#context,
      actual: contexts.length,
    });
  }

  /** [m, c·e] from the ids [m·c] of m contexts. O(m c e). */
  forward(contexts: Uint32Array): HostMatrix {
    const { columns: size, values } = this.table;
    const inputs = floatArray(this.#dtype, contexts.length * size);
    for (let i = 0; i < contexts.length; i += 1) {
      const first = contexts[i] * size;
      for (let j = 0; j < size; j += 1) inputs[i * size + j] = values[first + j];
    }
    this.#latest = contexts;
    return hostMatrix(contexts.length / this.#context, this.width, inputs);
  }

  /** The gradient of the touched rows, from that of the inputs [m, c·e]: occurrences of a word add up. O(m c e). */
  backward({ data }: HostMatrix): Gradient[] {
    const { rows: words, columns: size } = this.table;
    const contexts = this.#latest;
    this.#distinct.begin(words, contexts.length);
    const slots = new Uint32Array(contexts.length);
    for (let i = 0; i < slots.length; i += 1) slots[i] = this.#distinct.add(contexts[i]);
    const rows = this.#distinct.rows();
    const values = floatArray(this.#dtype, rows.length * size);
    for (let i = 0; i < contexts.length; i += 1) {
      const first = slots[i] * size;
      for (let j = 0; j < size; j += 1) values[first + j] += data[i * size + j];
    }
    return [{ parameter: this.table, rows, values }];
  }
}
