import { type Dtype, floatArray, type HostMatrix, hostMatrix, type Random } from "@widehead/core";
import { createParameter, fillNormal, type Gradient, type Parameter } from "../parameter.ts";

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
export class Embedding {
  readonly table: Parameter;
  readonly #context: number;
  readonly #dtype: Dtype;

  constructor({ words, size, context, dtype, random }: EmbeddingOptions) {
    this.table = createParameter("embedding", words, size, dtype);
    this.#context = context;
    this.#dtype = dtype;
    // Vectors of length about 1, whatever e is.
    const deviation = 1 / Math.sqrt(size);
    if (random) fillNormal(this.table.values, deviation, random);
  }

  /** [m, c·e] from the ids [m·c] of m contexts. O(m c e). */
  forward(contexts: Uint32Array): HostMatrix {
    const { columns: size, values } = this.table;
    const inputs = floatArray(this.#dtype, contexts.length * size);
    for (let i = 0; i < contexts.length; i += 1) {
      const first = contexts[i] * size;
      for (let j = 0; j < size; j += 1) inputs[i * size + j] = values[first + j];
    }
    return hostMatrix(contexts.length / this.#context, this.#context * size, inputs);
  }

  /** The gradient of the touched rows alone, from that of the inputs [m, c·e]: occurrences of a word add up. O(m c e). */
  backward(contexts: Uint32Array, inputGradient: HostMatrix): Gradient {
    const size = this.table.columns;
    const rows = Uint32Array.from(new Set(contexts));
    const slots = new Map<number, number>();
    rows.forEach((row, slot) => {
      slots.set(row, slot);
    });
    const values = floatArray(this.#dtype, rows.length * size);
    for (let i = 0; i < contexts.length; i += 1) {
      const first = slots.get(contexts[i])! * size;
      for (let j = 0; j < size; j += 1) values[first + j] += inputGradient.data[i * size + j];
    }
    return { parameter: this.table, rows, values };
  }
}
