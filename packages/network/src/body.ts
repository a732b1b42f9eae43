import { type Backend, createRandom, floatArray, type HostMatrix, hostMatrix } from "@widehead/core";
import { DenseHidden } from "./hidden/dense.ts";
import { Embedding } from "./input/embedding.ts";
import { createOptimizer, type Optimizer } from "./optimizers/index.ts";
import { type BodyOptions, checkBodyOptions } from "./options.ts";
import type { Gradient, Parameter, StateArray } from "./parameter.ts";

/** Everything before the output layer: embeddings, then dense hidden layers, then a constant 1 as the last feature. */
export class Body implements Disposable {
  readonly options: BodyOptions;
  readonly embedding: Embedding;
  readonly #backend: Backend;
  readonly #layers: readonly DenseHidden[];
  readonly #optimizers: ReadonlyMap<Parameter, Optimizer>;

  /** With random parameters from the seed, or zeros that a snapshot will fill. Throws ERR_OPTION. */
  constructor(backend: Backend, options: BodyOptions, initial: "random" | "zeros") {
    checkBodyOptions(options);
    const { vocabularySize, context, embedding, hidden, activation, seed, bodyOptimizer } = options;
    const { dtype } = backend.numerics;
    const source = (label: string) => (initial === "random" ? createRandom(seed).fork(label) : undefined);
    this.options = options;
    this.#backend = backend;
    this.embedding = new Embedding({
      words: vocabularySize,
      size: embedding,
      context,
      dtype,
      random: source("embedding"),
    });
    const widths = [context * embedding, ...hidden];
    const named = hidden.map((outputs, i) => ({ name: `hidden.${i}`, inputs: widths[i], outputs }));
    this.#layers = named.map((layer) => new DenseHidden({ backend, activation, random: source(layer.name), ...layer }));
    const parameters = [this.embedding.table, ...this.#layers.flatMap(({ weights, bias }) => [weights, bias])];
    this.#optimizers = new Map(
      parameters.map((parameter) => [parameter, createOptimizer(bodyOptimizer, parameter, dtype)]),
    );
  }

  /** Width of the hidden activations, the constant included. */
  get features(): number {
    return this.options.hidden.at(-1)! + 1;
  }

  /** Parameters, and what the optimisers keep of each. */
  get state(): StateArray[] {
    return [...this.#optimizers].flatMap(([parameter, optimizer]) => [parameter, ...optimizer.state]);
  }

  /** Hidden activations [m, features] of m contexts, the constant last. */
  async forward(contexts: Uint32Array): Promise<HostMatrix> {
    let activations = this.embedding.forward(contexts);
    for (const layer of this.#layers) activations = await layer.forward(activations);
    const { rows, columns, data } = activations;
    const hidden = floatArray(this.#backend.numerics.dtype, rows * (columns + 1)).fill(1);
    for (let i = 0; i < rows; i += 1) {
      hidden.set(data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
    }
    return hostMatrix(rows, columns + 1, hidden);
  }

  /** Gradients of all parameters, from that of the hidden activations [m, features] of the latest {@link forward}. */
  async backward(contexts: Uint32Array, hiddenGradient: HostMatrix): Promise<Gradient[]> {
    let gradient = withoutLastColumn(hiddenGradient);
    const gradients: Gradient[] = [];
    for (const layer of this.#layers.toReversed()) {
      const { parameters, inputs } = await layer.backward(gradient);
      gradients.push(...parameters);
      gradient = inputs;
    }
    gradients.push(this.embedding.backward(contexts, gradient));
    return gradients;
  }

  update(gradients: readonly Gradient[], learningRate: number): void {
    for (const gradient of gradients) this.#optimizers.get(gradient.parameter)!.update(gradient, learningRate);
  }

  [Symbol.dispose](): void {
    for (const layer of this.#layers) layer[Symbol.dispose]();
  }
}

function withoutLastColumn({ rows, columns, data }: HostMatrix): HostMatrix {
  const width = columns - 1;
  const kept = new Float64Array(rows * width);
  for (let i = 0; i < rows; i += 1) kept.set(data.subarray(i * columns, i * columns + width), i * width);
  return hostMatrix(rows, width, kept);
}
