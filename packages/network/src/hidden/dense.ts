import { type Backend, type HostMatrix, hostMatrix, type Matrix, type Random } from "@widehead/core";
import { createParameter, fillNormal, type Gradient, type Parameter } from "../parameter.ts";
import { activationGains } from "./activation.ts";
import { Finish, type FinishOptions } from "./finish.ts";

export interface DenseHiddenOptions extends Omit<FinishOptions, "dtype" | "bias"> {
  readonly backend: Backend;
  readonly inputs: number;
  /** Source of the first weights; zeros without one. */
  readonly random?: Random | undefined;
}

/**
 * A dense hidden layer a = f(x Wᵀ + b), W [width, inputs], with what {@link Finish} adds. The three products run on the
 * backend, element-wise work on the host, which also holds the parameters: W is written for each batch, inputs·width
 * copies beside the m·inputs·width multiply-adds of each product.
 */
export class DenseHidden implements Disposable {
  readonly weights: Parameter;
  readonly finish: Finish;
  readonly #options: DenseHiddenOptions;
  readonly #deviceWeights: Matrix;
  readonly #deviceWeightGradient: Matrix;
  #batch: BatchMatrices;

  constructor(options: DenseHiddenOptions) {
    const { backend, name, inputs, width, activation, random } = options;
    const { dtype } = backend.numerics;
    this.#options = options;
    this.weights = createParameter(`${name}.weights`, width, inputs, dtype);
    this.finish = new Finish({ ...options, bias: true, dtype });
    const deviation = activationGains[activation] / Math.sqrt(inputs);
    if (random) fillNormal(this.weights.values, deviation, random);
    this.#deviceWeights = backend.allocate(width, inputs);
    this.#deviceWeightGradient = backend.allocate(width, inputs);
    this.#batch = allocateBatch(options, 0);
  }

  get parameters(): Parameter[] {
    return [this.weights, ...this.finish.parameters];
  }

  /** Activations [m, width] of inputs [m, inputs]. O(m·inputs·width). */
  async forward(inputs: HostMatrix, dropout: Random | undefined): Promise<HostMatrix> {
    const { backend, width } = this.#options;
    this.#reserve(inputs.rows);
    const { input, output } = this.#batch;
    backend.write(this.#deviceWeights, this.weights.values);
    backend.write(input, inputs.data);
    backend.gemm(input, this.#deviceWeights, output, { transposeB: true });
    const [sums] = await backend.readMany([output]);
    return this.finish.forward(hostMatrix(inputs.rows, width, sums), dropout);
  }

  /**
   * Gradients of the parameters and of the inputs [m, inputs], from that of the activations [m, width] of the latest
   * {@link forward}, which is overwritten. O(m·inputs·width).
   */
  async backward(gradient: HostMatrix): Promise<{ parameters: Gradient[]; inputs: HostMatrix }> {
    const { backend, inputs } = this.#options;
    const parameters = this.finish.backward(gradient);
    const { input, output, inputGradient } = this.#batch;
    backend.write(output, gradient.data);
    backend.gemm(output, input, this.#deviceWeightGradient, { transposeA: true });
    backend.gemm(output, this.#deviceWeights, inputGradient);
    const [weightGradient, inputData] = await backend.readMany([this.#deviceWeightGradient, inputGradient]);
    return {
      parameters: [{ parameter: this.weights, values: weightGradient }, ...parameters],
      inputs: hostMatrix(gradient.rows, inputs, inputData),
    };
  }

  [Symbol.dispose](): void {
    disposeBatch(this.#batch);
    this.#deviceWeights[Symbol.dispose]();
    this.#deviceWeightGradient[Symbol.dispose]();
  }

  #reserve(rows: number): void {
    if (this.#batch.input.rows === rows) return;
    disposeBatch(this.#batch);
    this.#batch = allocateBatch(this.#options, rows);
  }
}

interface BatchMatrices {
  readonly input: Matrix;
  readonly inputGradient: Matrix;
  /** x Wᵀ on the way forward, its gradient on the way back. */
  readonly output: Matrix;
}

function allocateBatch({ backend, inputs, width }: DenseHiddenOptions, rows: number): BatchMatrices {
  return {
    input: backend.allocate(rows, inputs),
    inputGradient: backend.allocate(rows, inputs),
    output: backend.allocate(rows, width),
  };
}

function disposeBatch({ input, inputGradient, output }: BatchMatrices): void {
  for (const matrix of [input, inputGradient, output]) matrix[Symbol.dispose]();
}
