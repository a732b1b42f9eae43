export * from "./baselines/index.ts";
export * from "./evaluate.ts";
export type { ActivationName } from "./hidden/activation.ts";
export type { Neighbors } from "./input/neighbors.ts";
export { type PrincipalRowsOptions, principalRows } from "./input/principal-rows.ts";
export type { SparseInput } from "./input/sparse-input.ts";
export type { Combine } from "./input/sparse-weights.ts";
export * from "./kernels/index.ts";
export * from "./knn/index.ts";
export * from "./language-model.ts";
export type { ModelTrainOptions } from "./model.ts";
export * from "./ngram.ts";
export type { AdagradOptions, AdamOptions, AdamWOptions, OptimizerOptions, SgdOptions } from "./optimizers/index.ts";
export type {
  BodyOptions,
  HiddenOptions,
  LanguageModelOptions,
  ModelRestoreOptions,
  SparseBodyOptions,
  SparseModelOptions,
} from "./options.ts";
export * from "./ranking/index.ts";
export type { Schedule } from "./schedule.ts";
export * from "./sparse-model.ts";
export type { TrainableModel } from "./trainable.ts";
export * from "./trainer.ts";
export type {
  Batches,
  BatchSource,
  Checkpoint,
  EarlyStopping,
  EpochEnd,
  TrainerOptions,
  TrainingProgress,
} from "./trainer-options.ts";
export { type BestFigure, type CurvePoint, type TrainingState, trainingStateOf } from "./training-state.ts";
