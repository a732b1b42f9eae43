export { AdaptiveSoftmaxLayer } from "./adaptive/layer.ts";
export type { AdaptiveOptions } from "./adaptive/model.ts";
export { type HierarchicalOptions, HierarchicalSoftmaxLayer } from "./hierarchical/layer.ts";
export type { BaselineRestoreOptions } from "./restore-options.ts";
export type { RowOptimizer } from "./rows/weight-rows.ts";
export { SampledLayer } from "./sampling/layer.ts";
export type { SampledOptions, SamplingMethod } from "./sampling/options.ts";
export type { SamplerName } from "./sampling/sampler.ts";
