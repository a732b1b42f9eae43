export * from "./contract/index.ts";
export * from "./errors.ts";
export type { FactoredOptions, FactoredState, InitialWeights } from "./factored/options.ts";
export * from "./matrix.ts";
export * from "./random.ts";
