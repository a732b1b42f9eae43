import { type Backend, createRandom, floatArray, type HostMatrix, hostMatrix, type Random } from "@widehead/core";
import { DenseHidden } from "./hidden/dense.ts";
import type { InputLayer } from "./input/input-layer.ts";
import type { BodyKernels } from "./kernels/index.ts";
import { createOptimizer, type Optimizer } from "./optimizers/index.ts";
import type { HiddenOptions } from "./options.ts";
import { type Gradient, growRows, type Parameter, type StateArray } from "./parameter.ts";

/** Random first parameters from the seed, or zeros that a snapshot will fill. */
type Initial = "random" | "zeros";

/** Where a body computes, and how it starts. */
export interface BodySetting {
  readonly backend: Backend;
  readonly kernels: BodyKernels;
  readonly initial: Initial;
}

/** The stream of random numbers that one part of a body starts from; none where a snapshot fills it. */
export function initialRandom(initial: Initial, seed: number, part: string): Random | undefined {
  return initial === "random" ? createRandom(seed).fork(part) : undefined;
}

/** Everything before the output layer: an input layer, then dense hidden layers, then a constant 1 as the last feature. */
export class Body<I, L extends InputLayer<I> = InputLayer<I>> implements Disposable {
  readonly input: L;
  readonly #setting: BodySetting;
  readonly #options: HiddenOptions;
  readonly #layers: readonly DenseHidden[];
  readonly #optimizers: ReadonlyMap<Parameter, Optimizer>;

  constructor(input: L, options: HiddenOptions, setting: BodySetting) {
    const { hidden, activation = "tanh", layerNorm = false, dropout = 0, seed, bodyOptimizer } = options;
    const { backend, kernels, initial } = setting;
    this.input = input;
    this.#options = options;
    this.#setting = setting;
    this.#layers = hidden.map((width, i) => {
      const name = `hidden.${i}`;
      const inputs = hidden[i - 1] ?? input.width;
      const random = initialRandom(initial, seed, name);
      return new DenseHidden({ backend, kernels, name, inputs, width, activation, layerNorm, dropout, random });
    });
    const parameters = [input, ...this.#layers].flatMap((layer) => layer.parameters);
    this.#optimizers = new Map(
      parameters.map((parameter) => [parameter, createOptimizer(bodyOptimizer, parameter, kernels)]),
    );
  }

  /** Width of the hidden activations, the constant included. */
  get features(): number {
    return (this.#options.hidden.at(-1) ?? this.input.width) + 1;
  }

  /** Parameters, and what the optimisers keep of each. */
  get state(): StateArray[] {
    return [...this.#optimizers].flatMap(([parameter, optimizer]) => [parameter, ...optimizer.state]);
  }

  /**
   * Hidden activations [m, features] of m inputs, the constant last.
   *
   * @param step  of training, which decides what dropout leaves out: nothing without one
   */
  async forward(input: I, step?: number): Promise<HostMatrix> {
    const dropout = step === undefined ? undefined : createRandom(this.#options.seed).fork(`dropout.${step}`);
    let activations = this.input.forward(input, dropout);
    for (const layer of this.#layers) activations = await layer.forward(activations, dropout);
    const { rows, columns, data } = activations;
    const hidden = floatArray(this.#setting.backend.numerics.dtype, rows * (columns + 1)).fill(1);
    for (let i = 0; i < rows; i += 1) {
      hidden.set(data.subarray(i * columns, (i + 1) * columns), i * (columns + 1));
    }
    return hostMatrix(rows, columns + 1, hidden);
  }

  /** Gradients of all parameters, from that of the hidden activations [m, features] of the latest {@link forward}. */
  async backward(hiddenGradient: HostMatrix): Promise<Gradient[]> {
    let gradient = this.#withoutConstant(hiddenGradient);
    const gradients: Gradient[] = [];
    for (const layer of this.#layers.toReversed()) {
      const { parameters, inputs } = await layer.backward(gradient);
      gradients.push(...parameters);
      gradient = inputs;
    }
    return [...gradients, ...this.input.backward(gradient)];
  }

  update(gradients: readonly Gradient[], learningRate: number): void {
    for (const gradient of gradients) this.#optimizers.get(gradient.parameter)!.update(gradient, learningRate);
  }

  /** Adds inputs whose rows are zero. */
  growInputs(count: number): void {
    const { table } = this.input;
    for (const array of [table, ...this.#optimizers.get(table)!.state]) growRows(array, count);
  }

  [Symbol.dispose](): void {
    for (const layer of this.#layers) layer[Symbol.dispose]();
  }

  #withoutConstant({ rows, columns, data }: HostMatrix): HostMatrix {
    const width = columns - 1;
    const kept = floatArray(this.#setting.backend.numerics.dtype, rows * width);
    for (let i = 0; i < rows; i += 1) kept.set(data.subarray(i * columns, i * columns + width), i * width);
    return hostMatrix(rows, width, kept);
  }
}
