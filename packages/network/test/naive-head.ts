import {
  type Backend,
  type BatchResult,
  createRandom,
  type Diagnostics,
  type HostMatrix,
  hostMatrix,
  type LossInput,
  type MatrixLike,
  type OutputLayer,
  type Recomputed,
  type Snapshot,
  type SparseTargets,
  type SphericalLoss,
  type Step,
  type TopK,
  type TrainOptions,
  WideheadError,
} from "@widehead/core";

/** Spherical softmax with ε = 1, written out for tests: smooth everywhere. */
export const sphericalSoftmax: SphericalLoss = {
  family: "spherical",
  name: "spherical",
  options: { epsilon: 1 },
  constantSlopes: false,
  centredGradient: false,
  targets: "non-negative",
  likelihood: { mass: (o) => o * o + 1, total: (qc, s, count) => qc + (s * s) / count + count },
  evaluate(input, result) {
    const total = input.squaredDeviation + input.sum ** 2 / input.outputCount + input.outputCount;
    const o = input.outputs[input.begin];
    result.value = Math.log(total) - Math.log(o * o + 1);
    result.squaresSlope = 1 / total;
    result.sumSlope = 0;
    input.outputSlopes[input.begin] = (-2 * o) / (o * o + 1);
  },
};

/** Squared error, which defines no probabilities. */
export const squaredError: SphericalLoss = {
  family: "spherical",
  name: "squared",
  options: {},
  constantSlopes: true,
  centredGradient: false,
  targets: "any",
  evaluate(input, result) {
    const q = input.squaredDeviation + input.sum ** 2 / input.outputCount;
    result.value = q - 2 * input.outputs[input.begin] + 1;
    result.squaresSlope = 1;
    result.sumSlope = 0;
    input.outputSlopes[input.begin] = -2;
  },
};

interface NaiveHeadOptions {
  readonly backend: Backend;
  readonly outputs: number;
  readonly features: number;
  readonly loss?: SphericalLoss;
}

/** An output layer by its definition: every output, in plain float64 loops, with one target an example. */
export class NaiveHead implements OutputLayer {
  readonly kind = "dense";
  readonly backend: Backend;
  readonly outputs: number;
  readonly features: number;
  readonly loss: SphericalLoss;
  readonly weights: Float64Array;
  disposed = false;
  #steps = 0;

  constructor({ backend, outputs, features, loss = sphericalSoftmax }: NaiveHeadOptions) {
    const random = createRandom(11);
    this.backend = backend;
    this.outputs = outputs;
    this.features = features;
    this.loss = loss;
    this.weights = Float64Array.from({ length: outputs * features }, () => 0.3 * random.normal());
    for (let k = 0; k < outputs; k += 1) this.weights[(k + 1) * features - 1] += 1;
  }

  /** The head that {@link save} handed out. */
  static async restore(snapshot: Snapshot, options: NaiveHeadOptions): Promise<NaiveHead> {
    const head = new NaiveHead(options);
    const chunks: Uint8Array[] = [];
    for await (const chunk of snapshot.tensors[0].chunks()) chunks.push(chunk);
    head.weights.set(new Float64Array(Uint8Array.from(chunks.flatMap((chunk) => [...chunk])).buffer));
    head.#steps = snapshot.facts.steps as number;
    return head;
  }

  async train(hidden: MatrixLike, targets: SparseTargets, options: TrainOptions): Promise<BatchResult> {
    const step = await this.gradient(hidden, targets);
    await step.apply(options);
    return step;
  }

  async gradient(hidden: MatrixLike, targets: SparseTargets): Promise<Step> {
    if (this.disposed) throw new WideheadError("ERR_DISPOSED", "the head was disposed");
    const { result, weightGradient } = this.#pass(hidden as HostMatrix, targets);
    return {
      ...result,
      gradientNorm: async () => Math.sqrt(weightGradient.reduce((sum, slope) => sum + slope * slope, 0)),
      apply: async ({ learningRate, weightDecay = 0 }) => {
        weightGradient.forEach((slope, i) => {
          this.weights[i] -= learningRate * (slope + weightDecay * this.weights[i]);
        });
        this.#steps += 1;
      },
      discard: () => undefined,
    };
  }

  async evaluate(hidden: MatrixLike, targets: SparseTargets): Promise<BatchResult> {
    return this.#pass(hidden as HostMatrix, targets).result;
  }

  async scores(hidden: MatrixLike, ids: Uint32Array): Promise<HostMatrix> {
    const { rows, data } = hidden as HostMatrix;
    const all = Array.from({ length: rows }, (_, j) => this.#outputsOf(data, j));
    return hostMatrix(rows, ids.length, Float64Array.from(all.flatMap((o) => [...ids].map((id) => o[id]))));
  }

  async topK(hidden: MatrixLike, k: number): Promise<TopK> {
    const { rows, data } = hidden as HostMatrix;
    const mass = this.loss.likelihood?.mass ?? ((output: number) => output);
    const best = Array.from({ length: rows }, (_, j) => {
      const outputs = this.#outputsOf(data, j);
      const total = outputs.reduce((sum, output) => sum + mass(output), 0);
      const ids = [...outputs.keys()].sort((a, b) => mass(outputs[b]) - mass(outputs[a]) || a - b).slice(0, k);
      return ids.map((id) => ({ id, output: outputs[id], probability: mass(outputs[id]) / total }));
    }).flat();
    return {
      rows,
      k,
      ids: Uint32Array.from(best, ({ id }) => id),
      outputs: Float64Array.from(best, ({ output }) => output),
      probabilities: this.loss.likelihood && Float64Array.from(best, ({ probability }) => probability),
    };
  }

  async rows(ids: Uint32Array): Promise<HostMatrix> {
    const d = this.features;
    const rows = [...ids].flatMap((id) => [...this.weights.subarray(id * d, (id + 1) * d)]);
    return hostMatrix(ids.length, d, Float64Array.from(rows));
  }

  async grow(): Promise<void> {
    throw new WideheadError("ERR_UNSUPPORTED", "the naive head does not grow");
  }

  async save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const shape = [this.outputs, this.features];
    const chunks = (): Uint8Array[] => [new Uint8Array(this.weights.slice().buffer)];
    return sink({ facts: { steps: this.#steps }, tensors: [{ name: "weights", dtype: "F64", shape, chunks }] });
  }

  recomputed = 0;

  async recompute(): Promise<Recomputed> {
    this.recomputed += 1;
    return { gramDrift: 0, sumDrift: 0 };
  }

  async diagnostics(): Promise<Diagnostics> {
    return { steps: this.#steps, outputs: this.outputs, features: this.features, bytes: this.weights.byteLength };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }

  #outputsOf(hidden: HostMatrix["data"], row: number): Float64Array {
    const d = this.features;
    const dot = (k: number): number => {
      let sum = 0;
      for (let j = 0; j < d; j += 1) sum += this.weights[k * d + j] * hidden[row * d + j];
      return sum;
    };
    return Float64Array.from({ length: this.outputs }, (_, k) => dot(k));
  }

  #pass(hidden: HostMatrix, targets: SparseTargets): { result: BatchResult; weightGradient: Float64Array } {
    const { rows, data } = hidden;
    const d = this.features;
    const losses = new Float64Array(rows);
    const hiddenGradient = new Float64Array(rows * d);
    const weightGradient = new Float64Array(this.weights.length);
    for (let row = 0; row < rows; row += 1) {
      const outputs = this.#outputsOf(data, row);
      const { value, slopes } = this.#slopes(outputs, targets.ids[row], row);
      losses[row] = value;
      for (let k = 0; k < this.outputs; k += 1) {
        for (let j = 0; j < d; j += 1) {
          hiddenGradient[row * d + j] += (slopes[k] * this.weights[k * d + j]) / rows;
          weightGradient[k * d + j] += (slopes[k] * data[row * d + j]) / rows;
        }
      }
    }
    const loss = rows === 0 ? 0 : losses.reduce((sum, value) => sum + value, 0) / rows;
    const result = { loss, losses, noise: 0, skipped: 0, hiddenGradient: hostMatrix(rows, d, hiddenGradient) };
    return { result, weightGradient };
  }

  /** ∂L/∂o = 2 ∂L/∂q · o + ∂L/∂s + the target's own slope. */
  #slopes(outputs: Float64Array, target: number, example: number): { value: number; slopes: Float64Array } {
    const sum = outputs.reduce((total, output) => total + output, 0);
    const mean = sum / outputs.length;
    const input: LossInput = {
      squaredDeviation: outputs.reduce((total, output) => total + (output - mean) ** 2, 0),
      sum,
      outputCount: outputs.length,
      noise: 0,
      example,
      begin: 0,
      end: 1,
      outputs: Float64Array.of(outputs[target]),
      values: Float64Array.of(1),
      positiveWeights: undefined,
      outputSlopes: new Float64Array(1),
    };
    const result = { value: 0, squaresSlope: 0, sumSlope: 0 };
    this.loss.evaluate(input, result);
    const slopes = outputs.map((output) => 2 * result.squaresSlope * output + result.sumSlope);
    slopes[target] += input.outputSlopes[0];
    return { value: result.value, slopes };
  }
}
