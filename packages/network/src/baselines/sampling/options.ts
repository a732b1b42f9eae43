import type { Backend, InitialWeights, Random } from "@widehead/core";
import type { RowOptimizer, WeightRows } from "../rows/weight-rows.ts";
import type { SamplerName } from "./sampler.ts";

export type SamplingMethod = "sampled-softmax" | "nce" | "negative-sampling";

export const samplingMethods: readonly SamplingMethod[] = ["sampled-softmax", "nce", "negative-sampling"];

export interface SampledOptions {
  readonly backend: Backend;
  /** D. */
  readonly outputs: number;
  /** d, the constant that serves as bias included. */
  readonly features: number;
  readonly method: SamplingMethod;
  /** Different outputs drawn for a batch by sampled softmax (all D from D on); k for each label by the other two. */
  readonly negatives: number;
  /** What negatives are drawn from; "log-uniform" unless told. */
  readonly sampler?: SamplerName;
  /** [D] occurrences of each output; needed by "unigram". Without them "log-uniform" takes ids to go by frequency, the most frequent first. */
  readonly counts?: ArrayLike<number>;
  /** Of the negatives; 1 unless told. */
  readonly seed?: number;
  readonly initial?: InitialWeights;
  readonly optimizer?: RowOptimizer;
  /** Bytes that the weights may take; ERR_MEMORY beyond. Unlimited unless told. */
  readonly memoryLimit?: number;
}

/** Everything that a sampled layer is, without the calls. */
export interface SampledModel {
  readonly backend: Backend;
  readonly method: SamplingMethod;
  readonly negatives: number;
  readonly samplerName: SamplerName;
  readonly counts: Float64Array | undefined;
  readonly weights: WeightRows;
  readonly random: Random;
  /** ω [d], which new outputs get. */
  readonly offset: Float64Array;
  readonly counters: { steps: number };
}
