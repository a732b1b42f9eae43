import type { BatchResult, Evaluation, Recomputed, Snapshot } from "@widehead/core";
import type { ModelTrainOptions } from "./model.ts";

/** What a trainer needs of a model that takes batches B. */
export interface TrainableModel<B> {
  /** True when exp(mean loss) is a perplexity. */
  readonly hasPerplexity: boolean;
  /** The body's learning rate, which a schedule scales. */
  readonly bodyLearningRate: number;
  train(batch: B, options: ModelTrainOptions): Promise<BatchResult>;
  evaluate(batch: B): Promise<Evaluation>;
  recompute(): Promise<Recomputed>;
  save<T>(sink: (snapshot: Snapshot) => Promise<T>): Promise<T>;
}
