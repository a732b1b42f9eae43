import { type Dtype, type FloatArray, floatArray, type HostMatrix, hostMatrix, type Random } from "@widehead/core";
import type { BodyKernels } from "../kernels/index.ts";
import { createParameter, type Gradient, type Parameter } from "../parameter.ts";
import type { ActivationName } from "./activation.ts";

export interface FinishOptions {
  /** Prefix of the parameters' names. */
  readonly name: string;
  /** n, the layer's width. */
  readonly width: number;
  readonly activation: ActivationName;
  readonly bias: boolean;
  readonly layerNorm: boolean;
  /** Fraction of activations that a training step leaves out. */
  readonly dropout: number;
  readonly dtype: Dtype;
  readonly kernels: BodyKernels;
}

/** ε of layer norm. */
const epsilon = 1e-5;

/**
 * What follows a layer's sums x [m, n]: a = f(g ∘ norm(x) + b), or f(x + b) without layer norm, then inverted dropout
 * [Srivastava et al. 2014]. O(m n).
 *
 * @see Ba et al. 2016, Layer normalization, eq. 4
 */
export class Finish {
  readonly bias: Parameter | undefined;
  readonly gain: Parameter | undefined;
  readonly #options: FinishOptions;
  #latest: Pass | undefined;

  constructor(options: FinishOptions) {
    const { name, width, bias, layerNorm, dtype } = options;
    this.#options = options;
    this.bias = bias ? createParameter(`${name}.bias`, 1, width, dtype) : undefined;
    this.gain = layerNorm ? createParameter(`${name}.gain`, 1, width, dtype) : undefined;
    this.gain?.values.fill(1);
  }

  get parameters(): Parameter[] {
    return [this.gain, this.bias].filter((parameter) => parameter !== undefined);
  }

  /** Activations [m, n]; takes the sums over. Nothing is left out without a source of dropout. */
  forward({ rows, columns, data: sums }: HostMatrix, random: Random | undefined): HostMatrix {
    const { activation, dropout, dtype, kernels } = this.#options;
    const normalized = this.gain && this.#normalized(sums, rows);
    if (this.bias) addToRows(sums, this.bias.values);
    const outputs = floatArray(dtype, sums.length);
    kernels.activate(activation, sums, outputs);
    const mask = random && dropout > 0 ? dropoutMask(outputs.length, dropout, random, dtype) : undefined;
    this.#latest = { sums, outputs, normalized, mask };
    return hostMatrix(rows, columns, mask ? product(outputs, mask, dtype) : outputs);
  }

  /** Gradients of the parameters; that of the activations of the latest {@link forward} becomes that of the sums, in place. */
  backward({ data: gradient }: HostMatrix): Gradient[] {
    const { activation, width, dtype, kernels } = this.#options;
    const { sums, outputs, normalized, mask } = this.#latest!;
    if (mask) multiply(gradient, mask);
    kernels.activateBackward(activation, sums, outputs, gradient);
    const gradients: Gradient[] = [];
    if (this.bias) gradients.push({ parameter: this.bias, values: columnSums(gradient, width, dtype) });
    if (this.gain && normalized) {
      const slopes = product(gradient, normalized.values, dtype);
      gradients.push({ parameter: this.gain, values: columnSums(slopes, width, dtype) });
      multiplyRows(gradient, this.gain.values);
      kernels.normalizeBackward(normalized.values, width, normalized.inverseDeviations, gradient);
    }
    return gradients;
  }

  /** Normalised sums; the sums become them, times the gain. */
  #normalized(sums: FloatArray, rows: number): Normalized {
    const { width, kernels } = this.#options;
    const inverseDeviations = new Float64Array(rows);
    kernels.normalize(sums, width, epsilon, inverseDeviations);
    const values = sums.slice();
    multiplyRows(sums, this.gain!.values);
    return { values, inverseDeviations };
  }
}

interface Normalized {
  readonly values: FloatArray;
  readonly inverseDeviations: Float64Array;
}

interface Pass {
  readonly sums: FloatArray;
  /** f(sums), before dropout. */
  readonly outputs: FloatArray;
  readonly normalized: Normalized | undefined;
  /** 0, or 1/(1 − dropout). */
  readonly mask: FloatArray | undefined;
}

function dropoutMask(length: number, dropout: number, random: Random, dtype: Dtype): FloatArray {
  const mask = floatArray(dtype, length);
  const kept = 1 / (1 - dropout);
  for (let i = 0; i < length; i += 1) mask[i] = random.uniform() < dropout ? 0 : kept;
  return mask;
}

function addToRows(values: FloatArray, row: FloatArray): void {
  const columns = row.length;
  for (let begin = 0; begin < values.length; begin += columns) {
    for (let j = 0; j < columns; j += 1) values[begin + j] += row[j];
  }
}

function multiplyRows(values: FloatArray, row: FloatArray): void {
  const columns = row.length;
  for (let begin = 0; begin < values.length; begin += columns) {
    for (let j = 0; j < columns; j += 1) values[begin + j] *= row[j];
  }
}

function multiply(values: FloatArray, factors: FloatArray): void {
  for (let i = 0; i < values.length; i += 1) values[i] *= factors[i];
}

function product(left: FloatArray, right: FloatArray, dtype: Dtype): FloatArray {
  const result = floatArray(dtype, left.length);
  for (let i = 0; i < left.length; i += 1) result[i] = left[i] * right[i];
  return result;
}

function columnSums(values: FloatArray, columns: number, dtype: Dtype): FloatArray {
  const sums = floatArray(dtype, columns);
  for (let begin = 0; begin < values.length; begin += columns) {
    for (let j = 0; j < columns; j += 1) sums[j] += values[begin + j];
  }
  return sums;
}
