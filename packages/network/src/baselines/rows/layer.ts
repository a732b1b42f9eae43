import {
  type Backend,
  type DenseLoss,
  type Diagnostics,
  type Evaluation,
  type FloatArray,
  type Matrix,
  type Recomputed,
  softmaxCrossEntropy,
} from "@widehead/core";
import { BatchLayer, type Rates } from "@widehead/core/internals";
import type { RowGradient, WeightRows } from "./weight-rows.ts";

/** What a pass over a batch leaves behind. */
export interface RowsPass extends Evaluation {
  /** Undefined where the batch was only evaluated. */
  readonly gradient: RowGradient | undefined;
}

/** A layer whose step touches a few rows of its weights, for likelihoods that sum to 1 over the outputs. */
export abstract class RowsLayer extends BatchLayer<RowsPass> {
  readonly loss: DenseLoss = softmaxCrossEntropy();
  readonly features: number;
  protected readonly weights: WeightRows;
  protected readonly counters: { steps: number };

  constructor(backend: Backend, weights: WeightRows, counters: { steps: number }) {
    super(backend);
    this.features = weights.features;
    this.weights = weights;
    this.counters = counters;
  }

  /** Nothing is kept beside the weights. */
  recompute(): Promise<Recomputed> {
    return this.exclusive(async () => ({ gramDrift: 0, sumDrift: 0 }));
  }

  protected hiddenGradient(pass: RowsPass): Matrix {
    return pass.gradient!.toHidden();
  }

  protected gradientNorm(pass: RowsPass): Promise<number> {
    return this.weights.gradientNorm(this.buffers, pass.gradient!);
  }

  protected async update(pass: RowsPass, rates: Rates, wanted: readonly Matrix[]): Promise<FloatArray[]> {
    await this.weights.update(this.buffers, pass.gradient!, rates);
    this.counters.steps += 1;
    return this.backend.readMany(wanted);
  }

  protected diagnose(): Diagnostics {
    return { ...this.counters, outputs: this.outputs, features: this.features, bytes: this.weights.bytes };
  }

  /** No example is ever skipped: these losses are defined everywhere. */
  protected countSkipped(): void {}

  protected free(): void {}
}
