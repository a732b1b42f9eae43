import { type Backend, floatArray, type HostMatrix, hostMatrix, type Matrix, type Random } from "@widehead/core";
import { createParameter, fillNormal, type Gradient, type Parameter } from "../parameter.ts";
import { type ActivationName, activations } from "./activation.ts";

export interface DenseHiddenOptions {
  readonly backend: Backend;
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly activation: ActivationName;
  /** Source of the first weights; zeros without one. */
  readonly random?: Random | undefined;
}

/**
 * A dense hidden layer a = f(x Wᵀ + b), W [outputs, inputs]. The three products run on the backend, element-wise work
 * on the host, which also holds the parameters: W is written for each batch, inputs·outputs copies beside the
 * m·inputs·outputs multiply-adds of each product.
 */
export class DenseHidden implements Disposable {
  readonly weights: Parameter;
  readonly bias: Parameter;
  readonly #options: DenseHiddenOptions;
  readonly #deviceWeights: Matrix;
  readonly #deviceWeightGradient: Matrix;
  #batch: BatchMatrices;
  #activations: HostMatrix;

  constructor(options: DenseHiddenOptions) {
    const { backend, name, inputs, outputs, activation, random } = options;
    this.#options = options;
    this.weights = createParameter(`${name}.weights`, outputs, inputs, backend.numerics.dtype);
    this.bias = createParameter(`${name}.bias`, 1, outputs, backend.numerics.dtype);
    const deviation = activations[activation].gain / Math.sqrt(inputs);
    if (random) fillNormal(this.weights.values, deviation, random);
    this.#deviceWeights = backend.allocate(outputs, inputs);
    this.#deviceWeightGradient = backend.allocate(outputs, inputs);
    this.#batch = allocateBatch(options, 0);
    this.#activations = hostMatrix(0, outputs);
  }

  /** Activations [m, outputs] of inputs [m, inputs]. O(m·inputs·outputs). */
  async forward(inputs: HostMatrix): Promise<HostMatrix> {
    const { backend, outputs, activation } = this.#options;
    this.#reserve(inputs.rows);
    const { input, output } = this.#batch;
    backend.write(this.#deviceWeights, this.weights.values);
    backend.write(input, inputs.data);
    backend.gemm(input, this.#deviceWeights, output, { transposeB: true });
    const [data] = await backend.readMany([output]);
    const { apply } = activations[activation];
    const bias = this.bias.values;
    for (let i = 0; i < data.length; i += outputs) {
      for (let j = 0; j < outputs; j += 1) data[i + j] = apply(data[i + j] + bias[j]);
    }
    this.#activations = hostMatrix(inputs.rows, outputs, data);
    return this.#activations;
  }

  /**
   * Gradients of the parameters and of the inputs [m, inputs], from that of the activations [m, outputs] of the latest
   * {@link forward}, with no update between. O(m·inputs·outputs).
   */
  async backward(activationGradient: HostMatrix): Promise<{ parameters: Gradient[]; inputs: HostMatrix }> {
    const { backend, inputs, outputs, activation } = this.#options;
    const { slope } = activations[activation];
    const dtype = backend.numerics.dtype;
    const delta = floatArray(dtype, activationGradient.data.length);
    const biasGradient = floatArray(dtype, outputs);
    for (let i = 0; i < delta.length; i += outputs) {
      for (let j = 0; j < outputs; j += 1) {
        delta[i + j] = activationGradient.data[i + j] * slope(this.#activations.data[i + j]);
        biasGradient[j] += delta[i + j];
      }
    }
    const { input, output, inputGradient } = this.#batch;
    backend.write(output, delta);
    backend.gemm(output, input, this.#deviceWeightGradient, { transposeA: true });
    backend.gemm(output, this.#deviceWeights, inputGradient);
    const [weightGradient, inputData] = await backend.readMany([this.#deviceWeightGradient, inputGradient]);
    return {
      parameters: [
        { parameter: this.weights, values: weightGradient },
        { parameter: this.bias, values: biasGradient },
      ],
      inputs: hostMatrix(activationGradient.rows, inputs, inputData),
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
  /** x Wᵀ on the way forward, the gradient of x Wᵀ + b on the way back. */
  readonly output: Matrix;
}

function allocateBatch({ backend, inputs, outputs }: DenseHiddenOptions, rows: number): BatchMatrices {
  return {
    input: backend.allocate(rows, inputs),
    inputGradient: backend.allocate(rows, inputs),
    output: backend.allocate(rows, outputs),
  };
}

function disposeBatch({ input, inputGradient, output }: BatchMatrices): void {
  for (const matrix of [input, inputGradient, output]) matrix[Symbol.dispose]();
}
